import type { Parse } from "../record.ts";
import type { TimeReader } from "../time/reader.ts";
import { readObject } from "./json-object.ts";
import { assignRoles, commonRoles } from "./roles.ts";

/** JSON objects, one per line. */
export function jsonParser(time: TimeReader): Parse {
  return (line) => {
    const fields = readObject(line);
    return fields && assignRoles(fields, commonRoles, time, line);
  };
}
