import { compilePattern } from "@outrigger/runtime/pattern";
import { normalizeLevel } from "../level.ts";
import { syslog } from "../presets/syslog.ts";
import { type Field, fieldsText, type Parse, textField } from "../record.ts";
import type { TimeReader } from "../time/reader.ts";

const facilities =
  "kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp audit alert clock local0 local1 local2 local3 local4 local5 local6 local7".split(
    " ",
  );

/** RFC 5424 and RFC 3164, as they go over the wire and as they are written to files. */
export function syslogParser(time: TimeReader): Parse {
  const pattern = compilePattern(syslog.source);
  return (line) => {
    const match = pattern.exec(line);
    if (match === null) return undefined;
    const groups = match.groups!;
    const priority = groups.priority === undefined ? undefined : Number(groups.priority);
    if (priority !== undefined && priority > 191) return undefined;
    const fields: Field[] = [];
    for (const name of ["host", "app", "pid"] as const) add(fields, name, groups[name]);
    if (priority !== undefined) add(fields, "facility", facilities[priority >> 3]);
    add(fields, "msgid", groups.msgid);
    add(fields, "data", groups.data);
    const read = time.read(groups.time!);
    if (read === undefined) add(fields, "time", groups.time);
    return {
      time: read,
      level: priority === undefined ? undefined : normalizeLevel(String(priority & 7)),
      message: groups.message ?? "",
      fields: fieldsText(fields),
    };
  };
}

/** `-` is RFC 5424's way to say that there is none. */
function add(fields: Field[], name: string, value: string | undefined): void {
  if (value !== undefined && value !== "-") fields.push(textField(name, value));
}
