import { normalizeLevel } from "../level.ts";
import type { Field, Parse, ParsedRecord } from "../record.ts";
import type { TimeReader } from "../time/reader.ts";
import { readObject } from "./json-object.ts";
import { renderMessageTemplate } from "./message-template.ts";
import { assignRoles, rolesOf, scalarText } from "./roles.ts";

const roles = rolesOf({ time: ["@t"], level: ["@l"], message: ["@m"] });
const levelAndMessage = / \[([A-Za-z]{1,12})\] ?/y;
const levelInBracket = / ([A-Za-z]{1,12})\] ?/y;

/** Serilog: the text of the file and the console sink, and compact JSON. */
export function serilogParser(time: TimeReader): Parse {
  return (line) => (line.startsWith("{") ? readCompact(line, time) : readText(line, time));
}

/** `2024-04-22 14:29:49.718 +00:00 [INF] message`, `[14:29:49 INF] message`. */
function readText(line: string, time: TimeReader): ParsedRecord | undefined {
  const bracket = line.startsWith("[") ? 1 : 0;
  const found = time.find(line, bracket);
  if (found === undefined) return undefined;
  const rest = bracket === 1 ? levelInBracket : levelAndMessage;
  rest.lastIndex = found.end;
  const match = rest.exec(line);
  if (match === null) return undefined;
  const level = normalizeLevel(match[1]!);
  return { time: found.time, level, message: line.slice(rest.lastIndex), fields: [] };
}

function readCompact(line: string, time: TimeReader): ParsedRecord | undefined {
  const members = line.includes('"@t"') ? readObject(line) : undefined;
  if (members === undefined || !members.some(({ name }) => name === "@t")) return undefined;
  const record = assignRoles(members, roles, time, line);
  record.level ??= "info";
  const template = members.find(({ name }) => name === "@mt");
  const templateText = template === undefined ? undefined : scalarText(template.json);
  if (record.message !== line || templateText === undefined) return { ...record, fields: members.map(unescapeName) };
  record.message = renderMessageTemplate(templateText, members);
  const fields = members.filter(({ name }) => name !== "@mt" && name !== "@r");
  return { ...record, fields: fields.map(unescapeName) };
}

/** A property whose own name begins with `@` is written with two. */
function unescapeName(field: Field): Field {
  return field.name.startsWith("@@") ? { name: field.name.slice(1), json: field.json } : field;
}
