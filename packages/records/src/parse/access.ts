import { compilePattern } from "@outrigger/runtime/pattern";
import { apache } from "../presets/apache.ts";
import { nginx } from "../presets/nginx.ts";
import { type Field, type Parse, type ParsedRecord, textField } from "../record.ts";
import type { TimeReader } from "../time/reader.ts";

/** nginx: access lines (combined, common) and error lines. */
export function nginxParser(time: TimeReader): Parse {
  const access = compilePattern(nginx.source);
  return (line) => readAccess(access.exec(line), time, line);
}

/** Apache: common, combined and vhost_combined. */
export function apacheParser(time: TimeReader): Parse {
  const access = compilePattern(apache.source);
  return (line) => readAccess(access.exec(line), time, line);
}

function readAccess(match: RegExpExecArray | null, reader: TimeReader, line: string): ParsedRecord | undefined {
  if (match === null) return undefined;
  const { vhost, host, user, time, method, path, protocol, status, bytes, referer, agent } = match.groups!;
  const fields: Field[] = [
    textField("remote", host!),
    textField("user", user!),
    // A request that is no HTTP has none of these, and still its status counts.
    textField("method", method ?? ""),
    textField("path", path ?? ""),
    textField("protocol", protocol ?? ""),
    { name: "status", json: String(Number(status)) },
    // Apache writes `-` for a response without a body.
    { name: "bytes", json: bytes === "-" ? "0" : bytes!.replace(/^0+(?=\d)/, "") },
  ];
  if (referer !== undefined) fields.push(textField("referer", referer), textField("agent", agent!));
  if (vhost !== undefined) fields.push(textField("vhost", vhost));
  const read = reader.read(time!);
  if (read === undefined) fields.push(textField("time", time!));
  return { time: read, level: undefined, message: line, fields };
}
