import type { Parse } from "../record.ts";
import type { TimeReader } from "../time/reader.ts";
import { JsonMembers } from "./json-object.ts";
import { assignRoles, commonRoles } from "./roles.ts";

/** JSON objects, one per line. */
export function jsonParser(time: TimeReader): Parse {
  const members = new JsonMembers();
  return (line) => (members.read(line) ? assignRoles(members, commonRoles, time) : undefined);
}
