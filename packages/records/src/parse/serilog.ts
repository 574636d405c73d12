import { isLevel, normalizeLevel } from "../level.ts";
import { type Field, fieldsText, type Parse, type ParsedRecord } from "../record.ts";
import type { TimeReader } from "../time/reader.ts";
import { JsonMembers, listFields } from "./json-object.ts";
import { renderMessageTemplate } from "./message-template.ts";
import { assignRoles, rolesOf, scalarText } from "./roles.ts";

const roles = rolesOf({ time: ["@t"], level: ["@l"], message: ["@m"] });
const openBracket = 91;
const space = 32;
const longestLevel = 12;

/** Serilog: the text of the file and the console sink, and compact JSON. */
export function serilogParser(time: TimeReader): Parse {
  const members = new JsonMembers();
  return (line) => (line.startsWith("{") ? readCompact(line, members, time) : readText(line, time));
}

/** `2024-04-22 14:29:49.718 +00:00 [INF] message`, `[14:29:49 INF] message`. */
function readText(line: string, time: TimeReader): ParsedRecord | undefined {
  const console = line.charCodeAt(0) === openBracket;
  const found = time.find(line, console ? 1 : 0);
  if (found === undefined || line.charCodeAt(found.end) !== space) return undefined;
  if (!console && line.charCodeAt(found.end + 1) !== openBracket) return undefined;
  const start = found.end + (console ? 1 : 2);
  const end = line.indexOf("]", start);
  if (end <= start || end - start > longestLevel) return undefined;
  const level = normalizeLevel(line.slice(start, end));
  if (!isLevel(level)) return undefined;
  const message = line.slice(line.charCodeAt(end + 1) === space ? end + 2 : end + 1);
  return { time: found.time, level, message, fields: "" };
}

/** Compact JSON: `@t`, `@l` (absent for information), `@m` or the template `@mt`, exceptions and properties as fields. */
function readCompact(line: string, members: JsonMembers, time: TimeReader): ParsedRecord | undefined {
  if (!line.includes('"@t"') || !members.read(line)) return undefined;
  const record = assignRoles(members, roles, time);
  record.level ??= "info";
  if (!line.includes('"@mt"') && !line.includes('"@@')) return record;
  let fields = listFields(record.fields);
  const template = fields.find(({ name }) => name === "@mt");
  const templateText = template === undefined ? undefined : scalarText(template.json);
  if (record.messageJson === undefined && templateText !== undefined) {
    record.message = renderMessageTemplate(templateText, fields);
    fields = fields.filter(({ name }) => name !== "@mt" && name !== "@r");
  }
  record.fields = fieldsText(fields.map(unescapeName));
  return record;
}

/** A property whose own name begins with `@` is written with two. */
function unescapeName(field: Field): Field {
  return field.name.startsWith("@@") ? { name: field.name.slice(1), json: field.json } : field;
}
