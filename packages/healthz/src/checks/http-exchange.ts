import { version } from "@outrigger/runtime/version";
import { CheckFailure } from "../failure.ts";
import type { Endpoint, TlsOptions } from "./connection.ts";
import { type Conversation, converse } from "./conversation.ts";
import { type ResponseHead, readHead } from "./http-head.ts";

export type Header = readonly [name: string, value: string];

export interface HttpRequest {
  url: URL;
  method: string;
  headers: readonly Header[];
}

/** A request that is ready to be sent again and again. */
export interface PreparedRequest extends HttpRequest {
  endpoint: Endpoint;
  bytes: Buffer;
}

/** Throws `CheckFailure` for a header that cannot be sent. */
export function prepare(request: HttpRequest): PreparedRequest {
  const { hostname, port, protocol } = request.url;
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const endpoint = { host, port: Number(port) || (protocol === "https:" ? 443 : 80) };
  return { ...request, endpoint, bytes: formatRequest(request) };
}

/**
 * Sends one request on a connection of its own, because a kept one hides a closed listener, and resolves with what `judge` makes
 * of the answer: its head, and the connection on which a body may follow. The connection is closed then.
 *
 * HTTP/1.1 is spoken by hand, like the other protocols here: a check needs a status line, a few fields and now and then a body,
 * and `node:http` takes half as much CPU time again (docs/decisions/0034-http-by-hand.md).
 */
export function exchange<T>(
  { url, endpoint, bytes }: PreparedRequest,
  tls: TlsOptions,
  signal: AbortSignal,
  judge: (head: ResponseHead, server: Conversation) => T | Promise<T>,
): Promise<T> {
  const talk = async (server: Conversation) => {
    server.send(bytes);
    let head = await server.receive(readHead);
    // Interim answers say nothing; 101 is the last word of this protocol.
    while (head.status < 200 && head.status !== 101) head = await server.receive(readHead);
    return judge(head, server);
  };
  return converse(endpoint, signal, talk, url.protocol === "https:" ? tls : undefined);
}

/** What every request says about itself, and the credentials of the URL. */
export function defaultHeaders(url: URL, accept = "*/*"): Header[] {
  const headers: Header[] = [
    ["User-Agent", `outrigger-healthz/${version}`],
    ["Accept", accept],
  ];
  if (url.username === "" && url.password === "") return headers;
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return [...headers, ["Authorization", `Basic ${Buffer.from(credentials).toString("base64")}`]];
}

// RFC 9110 section 8.6: methods whose content has a meaning say that there is none.
const WITH_CONTENT = new Set(["POST", "PUT", "PATCH"]);

function formatRequest({ url, method, headers }: HttpRequest): Buffer {
  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  const framing: Header[] = [
    ["Host", url.host],
    ["Connection", "close"],
    ...(WITH_CONTENT.has(method) ? [["Content-Length", "0"] as const] : []),
  ];
  const fields = [...framing.filter(([name]) => !given.has(name.toLowerCase())), ...headers];
  const bad = fields.find(([, value]) => !/^[\t\x20-\x7e\x80-\xff]*$/.test(value));
  if (bad !== undefined) {
    throw new CheckFailure(
      "error",
      `the header ${bad[0]} has a line break or another character that no header may have`,
    );
  }
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return Buffer.from(`${method} ${url.pathname}${url.search} HTTP/1.1\r\n${lines}\r\n`, "latin1");
}
