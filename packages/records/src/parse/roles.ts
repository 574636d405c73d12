import { normalizeLevel } from "../level.ts";
import type { Field, ParsedRecord } from "../record.ts";
import type { TimeReader } from "../time/reader.ts";
import { unquote } from "./json-cursor.ts";

type Role = "time" | "level" | "message";

/** Which field names are taken as time, level and message; the first of a list that fits wins. */
export type Roles = ReadonlyMap<string, { readonly role: Role; readonly rank: number }>;

/** Roles from lists of names, best first. */
export function rolesOf(names: Record<Role, readonly string[]>): Roles {
  const roles = new Map<string, { role: Role; rank: number }>();
  for (const role of ["time", "level", "message"] as const) {
    for (const [rank, name] of names[role].entries()) roles.set(name, { role, rank });
  }
  return roles;
}

/** The names that JSON and logfmt logs use. */
export const commonRoles = rolesOf({
  time: ["time", "timestamp", "@timestamp", "ts", "@t"],
  level: ["level", "severity", "lvl", "log.level", "@l"],
  message: ["message", "msg", "@m", "log"],
});

/** The longest name that has a role; longer ones need not be looked up. */
const longestName = 10;

/**
 * Makes a record of fields: those with a role are taken out if their value will do (a time that can be read, a level and
 * a message that are text or a number), all others stay as they are.
 *
 * @param line the message when no field is one.
 */
export function assignRoles(fields: Field[], roles: Roles, time: TimeReader, line: string): ParsedRecord {
  const record: ParsedRecord = { time: undefined, level: undefined, message: line, fields };
  const rank = { time: Number.POSITIVE_INFINITY, level: Number.POSITIVE_INFINITY, message: Number.POSITIVE_INFINITY };
  const taken = { time: -1, level: -1, message: -1 };
  for (let index = 0; index < fields.length; index++) {
    const { name, json } = fields[index]!;
    const found = name.length > longestName ? undefined : roles.get(name);
    if (found === undefined || found.rank >= rank[found.role]) continue;
    const value = roleValue(found.role, json, time);
    if (value === undefined) continue;
    record[found.role] = value;
    rank[found.role] = found.rank;
    taken[found.role] = index;
  }
  let kept = 0;
  for (let index = 0; index < fields.length; index++) {
    if (index === taken.time || index === taken.level || index === taken.message) continue;
    fields[kept++] = fields[index]!;
  }
  fields.length = kept;
  return record;
}

function roleValue(role: Role, json: string, time: TimeReader): string | undefined {
  const text = scalarText(json);
  if (text === undefined || role === "message") return text;
  return role === "time" ? time.read(text) : text === "" ? undefined : normalizeLevel(text);
}

/** The text of a JSON string, a number as it is spelled; undefined for anything else. */
export function scalarText(json: string): string | undefined {
  const code = json.charCodeAt(0);
  if (code === 34) return unquote(json);
  return code === 45 || (code >= 48 && code <= 57) ? json : undefined;
}
