import type { RequestHead } from "../http/head.ts";
import { Refusal } from "../refusal.ts";

/** More fields than this are refused. */
const MAX_FIELDS = 400;
/** In any case: methods are case-sensitive, but not to every server. */
const TRACING = /^TRAC[EK]$/i;

/** How a request's body is framed; a request never ends with its connection. */
export type Framing = "none" | "length" | "chunked";

/**
 * Refuses heads that are well-formed but that two readers may read differently (RFC 9112 sections 3.2 and 6).
 * @returns how the body is framed.
 * @throws {Refusal}
 */
export function checkHead({ version, method, fields }: RequestHead): Framing {
  if (version !== "1.1" && version !== "1.0") {
    throw new Refusal("http_version", "only HTTP/1.0 and HTTP/1.1 pass this proxy");
  }
  if (fields.length > MAX_FIELDS * 2)
    throw new Refusal("too_many_fields", `more than ${MAX_FIELDS} header fields`, 431);
  if (TRACING.test(method)) {
    throw new Refusal("method_not_supported", `${method} shows a server's view of secrets and is not forwarded`, 405);
  }
  let hosts = 0;
  let lengths = 0;
  let codings = 0;
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] ?? "";
    // Only these lengths matter; comparing lengths first keeps most fields out of toLowerCase.
    if (name.length !== 4 && name.length !== 14 && name.length !== 17) continue;
    const value = fields[index + 1] ?? "";
    switch (name.toLowerCase()) {
      case "host":
        hosts++;
        break;
      case "content-length":
        lengths++;
        if (!/^\d{1,15}$/.test(value))
          throw new Refusal("bad_content_length", "Content-Length must be one plain number");
        break;
      case "transfer-encoding":
        codings++;
        if (value.toLowerCase() !== "chunked") {
          throw new Refusal("bad_transfer_encoding", "Transfer-Encoding must be exactly chunked");
        }
        break;
    }
  }
  if (hosts > 1 || (hosts === 0 && version === "1.1")) {
    throw new Refusal("bad_host_field", "exactly one Host field is needed");
  }
  if (lengths > 1 || codings > 1 || (lengths > 0 && codings > 0)) {
    throw new Refusal("ambiguous_framing", "a body has one Content-Length or one Transfer-Encoding, not more");
  }
  if (codings > 0 && version === "1.0") {
    throw new Refusal("ambiguous_framing", "HTTP/1.0 has no Transfer-Encoding");
  }
  if (method === "CONNECT" && lengths + codings > 0) {
    throw new Refusal("connect_with_body", "CONNECT has no body: remove Content-Length and Transfer-Encoding");
  }
  return codings > 0 ? "chunked" : lengths > 0 ? "length" : "none";
}
