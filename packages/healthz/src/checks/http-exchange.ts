import { type ClientRequest, type ClientRequestArgs, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { version } from "@outrigger/runtime/version";
import { lookup } from "../resolve.ts";
import { secureConnector, type TlsOptions } from "./connection.ts";

export type Header = readonly [name: string, value: string];

export interface HttpRequest {
  url: URL;
  method: string;
  headers: readonly Header[];
}

const MOST_HEADER_BYTES = 64 * 1024;

/** An answer of which the head is there. */
export interface Exchange {
  response: IncomingMessage;
  /** Closes the connection. Not the same as `response.destroy()`, which makes an error with a stack for nobody. */
  end(): void;
}

/**
 * Sends one request on a connection of its own, because a kept one hides a closed listener, and resolves with the head of the
 * answer. Whoever calls must `end` it. Abort ends the exchange at any point, the body included.
 */
export async function exchange(
  { url, method, headers }: HttpRequest,
  tls: TlsOptions,
  signal: AbortSignal,
): Promise<Exchange> {
  const secure = url.protocol === "https:";
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const address = { host, port: Number(url.port) || (secure ? 443 : 80) };
  const connectTls = secure ? await secureConnector(address, tls) : undefined;
  signal.throwIfAborted();
  const options: ClientRequestArgs = {
    protocol: "http:",
    host: url.hostname,
    port: address.port,
    defaultPort: secure ? 443 : 80,
    method,
    path: `${url.pathname}${url.search}`,
    headers: [...(hasHost(headers) ? [] : ["Host", url.host]), ...headers.flat(), "Connection", "close"],
    maxHeaderSize: MOST_HEADER_BYTES,
    createConnection: () => connectTls?.() ?? connect({ ...address, lookup }),
  };
  const sent = request(options);
  // Cheaper than the options of that name, which watch the ends of streams that are closed here anyway.
  signal.addEventListener("abort", () => sent.destroy(), { once: true });
  return { response: await answerTo(sent), end: () => sent.destroy() };
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

function hasHost(headers: HttpRequest["headers"]): boolean {
  return headers.some(([name]) => name.toLowerCase() === "host");
}

function answerTo(sent: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.once("response", resolve);
    // Stays for the life of the exchange: an error after the head reaches the reader through the response.
    sent.on("error", reject);
    sent.end();
  });
}
