import { normalizeLevel } from "../level.ts";
import type { ParsedRecord } from "../record.ts";
import type { TimeReader } from "../time/reader.ts";
import { unquote } from "./json-cursor.ts";
import type { JsonMembers } from "./json-object.ts";

type Role = "time" | "level" | "message";

/** Which names are taken as time, level and message; the first of a list that fits wins. */
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

const unranked = Number.POSITIVE_INFINITY;

/**
 * Makes a record of an object: members with a role are taken out if their value will do (a time that can be read, a level
 * and a message that are text or a number), all others stay as they are.
 */
export function assignRoles(members: JsonMembers, roles: Roles, time: TimeReader): ParsedRecord {
  const record: ParsedRecord = { time: undefined, level: undefined, message: members.line, fields: "" };
  let timeRank = unranked;
  let levelRank = unranked;
  let messageRank = unranked;
  let timeAt = -1;
  let levelAt = -1;
  let messageAt = -1;
  for (let index = 0; index < members.count; index++) {
    const found = roles.get(members.names[index]!);
    if (found === undefined) continue;
    const { role, rank } = found;
    if (rank >= (role === "time" ? timeRank : role === "level" ? levelRank : messageRank)) continue;
    const json = members.json(index);
    const text = scalarText(json);
    if (text === undefined) continue;
    if (role === "message") {
      record.message = text;
      record.messageJson = json.charCodeAt(0) === quote ? json : undefined;
      messageRank = rank;
      messageAt = index;
    } else if (role === "level") {
      if (text === "") continue;
      record.level = normalizeLevel(text);
      levelRank = rank;
      levelAt = index;
    } else {
      const read = time.read(text);
      if (read === undefined) continue;
      record.time = read;
      timeRank = rank;
      timeAt = index;
    }
  }
  record.fields = without(members, timeAt, levelAt, messageAt);
  return record;
}

/** The text of all members but three (-1: none). */
function without(members: JsonMembers, a: number, b: number, c: number): string {
  let text = "";
  for (let from = 0; from < members.count; ) {
    let next = members.count;
    if (a >= from && a < next) next = a;
    if (b >= from && b < next) next = b;
    if (c >= from && c < next) next = c;
    if (next > from) text += text === "" ? members.text(from, next) : `,${members.text(from, next)}`;
    from = next + 1;
  }
  return text;
}

const quote = 34;

/** The text of a JSON string, a number as it is spelled; undefined for anything else. */
export function scalarText(json: string): string | undefined {
  const code = json.charCodeAt(0);
  if (code === quote) return unquote(json);
  return code === 45 || (code >= 48 && code <= 57) ? json : undefined;
}
