import { type ClientRequest, type ClientRequestArgs, type IncomingMessage, request as requestHttp } from "node:http";
import { connect, isIP, type Socket } from "node:net";
import { lookup } from "../resolve.ts";

export interface HttpRequest {
  url: URL;
  method: string;
  headers: readonly (readonly [name: string, value: string])[];
}

export interface TlsOptions {
  /** A file with certificates to trust instead of the well-known ones; read for each connection. */
  ca?: string | undefined;
  /** Accept any certificate. */
  insecure?: boolean | undefined;
  /** The name to ask for and to verify, instead of the host. */
  serverName?: string | undefined;
}

const MOST_HEADER_BYTES = 64 * 1024;

/**
 * Sends one request on a connection of its own, because a kept one hides a closed listener, and resolves with the head of the
 * answer. Whoever calls destroys the response. Abort ends the exchange at any point, the body included.
 */
export async function exchange(
  { url, method, headers }: HttpRequest,
  tls: TlsOptions,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const secure = url.protocol === "https:";
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const address = { host, port: Number(url.port) || (secure ? 443 : 80), lookup };
  const open = secure ? await secureConnector(address, tls) : () => connect(address);
  const options: ClientRequestArgs = {
    protocol: "http:",
    host: url.hostname,
    port: address.port,
    defaultPort: secure ? 443 : 80,
    method,
    path: `${url.pathname}${url.search}`,
    headers: [...(hasHost(headers) ? [] : ["Host", url.host]), ...headers.flat(), "Connection", "close"],
    maxHeaderSize: MOST_HEADER_BYTES,
    createConnection: open,
    signal,
  };
  return answerTo(requestHttp(options));
}

function hasHost(headers: HttpRequest["headers"]): boolean {
  return headers.some(([name]) => name.toLowerCase() === "host");
}

function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once("response", resolve);
    // Stays for the life of the exchange: an error after the head reaches the reader through the response.
    request.on("error", reject);
    request.end();
  });
}

interface Target {
  host: string;
  port: number;
  lookup: typeof lookup;
}

/** TLS costs 4 MB, so it is loaded by the first check that needs it. */
async function secureConnector(target: Target, { ca, insecure, serverName }: TlsOptions): Promise<() => Socket> {
  const [{ connect: connectTls }, { readFile }] = await Promise.all([import("node:tls"), import("node:fs/promises")]);
  const trusted = ca === undefined ? {} : { ca: await readFile(ca) };
  // An address is not a name: RFC 6066 section 3 forbids it in SNI.
  const servername = serverName ?? (isIP(target.host) === 0 ? target.host : "");
  return () => connectTls({ ...target, ...trusted, servername, rejectUnauthorized: insecure !== true });
}
