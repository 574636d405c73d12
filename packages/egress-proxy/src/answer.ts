import { type Authority, hostText } from "./authority.ts";
import type { Failure } from "./failure.ts";

/** An answer of the proxy's own, ready to be written. */
export interface Answer {
  readonly status: number;
  readonly phrase: string;
  /** Names and values in turn. */
  readonly fields: string[];
  readonly body: string;
}

const MAX_STATUS_LINE = 200;

/**
 * The answer that says what failed, to programs (Proxy-Status, RFC 9209), to people (JSON) and to clients that show
 * nothing but the status line.
 * @param silentStatus 200 for the empty answer that `blockedStatus: 200` asks for.
 */
export function answerFor(failure: Failure, authority: Authority | undefined, silentStatus: 200 | 403 = 403): Answer {
  const destination = authority ? `${hostText(authority)}:${authority.port}` : "";
  const proxyStatus = `outrigger; error=${failure.error}; details="${failure.reason}"`;
  if (failure.denied && silentStatus === 200) {
    return { status: 200, phrase: "OK", fields: ["Proxy-Status", proxyStatus, "Content-Length", "0"], body: "" };
  }
  const verb = failure.denied ? "denied" : failure.status < 500 ? "refused" : "failed";
  const body = `${JSON.stringify({
    error: `egress ${verb}`,
    ...(authority && { host: authority.host, port: authority.port }),
    reason: failure.reason,
    hint: failure.hint,
  })}\n`;
  const fields = ["Proxy-Status", proxyStatus, "Content-Type", "application/json", "Content-Length"];
  fields.push(String(Buffer.byteLength(body)), "Cache-Control", "no-store");
  if (failure.status === 503) fields.push("Retry-After", "1");
  if (failure.status === 405) fields.push("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, CONNECT");
  const most = MAX_STATUS_LINE - "HTTP/1.1 403 ".length;
  const phrase = `Egress ${verb}: ${failure.reason} ${destination}`.trim().slice(0, most);
  return { status: failure.status, phrase, fields, body };
}

/** The answer as text, for connections without a request to answer: CONNECT, malformed heads, the connection limit. */
export function answerText({ status, phrase, fields, body }: Answer, connection: "close" | "keep-alive"): string {
  const lines = [`HTTP/1.1 ${status} ${phrase}`, `Connection: ${connection}`];
  for (let index = 0; index < fields.length; index += 2) lines.push(`${fields[index]}: ${fields[index + 1]}`);
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}
