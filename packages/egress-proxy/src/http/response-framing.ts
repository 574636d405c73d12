import type { Framing } from "./body-reader.ts";
import { isPersistent, valuesOf } from "./fields.ts";
import type { ResponseHead } from "./head.ts";
import { Malformed } from "./malformed.ts";

const LENGTH = /^\d{1,15}$/;

export interface ResponseFraming {
  readonly framing: Framing;
  readonly length: number;
  /** Whether the server keeps the connection after it (RFC 9112 section 9.3). */
  readonly keepsAlive: boolean;
}

/**
 * How the body of an answer is framed (RFC 9112 section 6.3). What has more than one reading is refused.
 * @param method of the request.
 * @throws {Malformed}
 */
export function responseFraming(head: ResponseHead, method: string): ResponseFraming {
  const { status, version, fields } = head;
  const lengths = valuesOf(fields, "content-length");
  const codings = valuesOf(fields, "transfer-encoding");
  const [length = "0"] = lengths;
  if (lengths.length > 1 || !LENGTH.test(length)) throw new Malformed("Content-Length is not one plain number");
  if (codings.length > 0) {
    if (codings.length > 1 || codings[0]?.toLowerCase() !== "chunked")
      throw new Malformed("an unknown Transfer-Encoding");
    if (lengths.length > 0) throw new Malformed("Content-Length and Transfer-Encoding");
    if (version === "1.0") throw new Malformed("Transfer-Encoding in HTTP/1.0");
  }
  const isEmpty = method === "HEAD" || status === 204 || status === 304;
  const framing = isEmpty ? "none" : codings.length > 0 ? "chunked" : lengths.length > 0 ? "length" : "close";
  return { framing, length: Number(length), keepsAlive: isPersistent(head) && framing !== "close" };
}
