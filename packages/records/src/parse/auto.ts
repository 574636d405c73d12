import type { Parse } from "../record.ts";
import type { TimeReader } from "../time/reader.ts";
import { nginxParser } from "./access.ts";
import { criParser } from "./cri.ts";
import { jsonParser } from "./json.ts";
import { log4jParser } from "./log4j.ts";
import { logfmtParser } from "./logfmt.ts";
import { plainParser } from "./plain.ts";
import { serilogParser } from "./serilog.ts";
import { syslogParser } from "./syslog.ts";

/** Tries the formats line by line, the most particular first, so that a file may hold several. */
export function autoParser(time: TimeReader): Parse {
  const objects = [serilogParser(time), jsonParser(time)];
  const texts = [
    criParser(time),
    serilogParser(time),
    log4jParser(time),
    nginxParser(time),
    inSyslogForm(syslogParser(time)),
    plainParser(time),
    logfmtParser(time),
  ];
  return (line) => {
    for (const parse of line.startsWith("{") ? objects : texts) {
      const record = parse(line);
      if (record !== undefined) return record;
    }
    return undefined;
  };
}

/** A line that begins with a date of its own could be anything; one with a priority or a month's name is syslog's. */
function inSyslogForm(parse: Parse): Parse {
  return (line) => (/^(?:<\d|[A-Z][a-z][a-z] )/.test(line) ? parse(line) : undefined);
}
