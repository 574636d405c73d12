import { type Field, fieldsText, type Parse, type ParsedRecord, textField } from "../record.ts";
import type { TimeReader } from "../time/reader.ts";
import { type AccessLine, readAccessLine } from "./access-line.ts";

/** nginx: combined and common; more may follow. */
export function nginxParser(time: TimeReader): Parse {
  return (line) => {
    const access = readAccessLine(line);
    return access && toRecord(access, line, time);
  };
}

/** A host with a port in front of the client's address: one word more than usual. An IPv6 address looks similar. */
const virtualHost = /^(\S+:\d+) \S+ \S+ \S+ \[/;

/** Apache: common, combined and vhost_combined. */
export function apacheParser(time: TimeReader): Parse {
  return (line) => {
    const host = virtualHost.exec(line)?.[1];
    const access = readAccessLine(line, host === undefined ? 0 : host.length + 1);
    return access && toRecord(access, line, time, host);
  };
}

function toRecord(access: AccessLine, line: string, time: TimeReader, virtualHost?: string): ParsedRecord {
  const fields: Field[] = [
    textField("remote", access.host),
    textField("user", access.user),
    // A request that is no HTTP has none of these, and still its status counts.
    textField("method", access.method ?? ""),
    textField("path", access.path ?? ""),
    textField("protocol", access.protocol ?? ""),
    { name: "status", json: number(access.status) },
    // Apache writes `-` for a response without a body.
    { name: "bytes", json: access.bytes === "-" ? "0" : number(access.bytes) },
  ];
  if (access.referer !== undefined) fields.push(textField("referer", access.referer));
  if (access.agent !== undefined) fields.push(textField("agent", access.agent));
  if (virtualHost !== undefined) fields.push(textField("vhost", virtualHost));
  const read = time.read(access.time);
  if (read === undefined) fields.push(textField("time", access.time));
  return { time: read, level: undefined, message: line, fields: fieldsText(fields) };
}

/** Digits as a JSON number, which has no leading zeros. */
function number(digits: string): string {
  return digits.charCodeAt(0) === 48 ? digits.replace(/^0+(?=\d)/, "") : digits;
}
