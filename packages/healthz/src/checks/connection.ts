import { connect, isIP, type Socket } from "node:net";
import { lookup } from "../resolve.ts";

/** A host and a port to connect to. */
export interface Endpoint {
  host: string;
  port: number;
}

/** How a server's certificate is verified. */
export interface TlsOptions {
  /** A file with certificates to trust instead of the well-known ones; read for each connection. */
  ca?: string | undefined;
  /** Accept any certificate. */
  insecure?: boolean | undefined;
  /** The name to ask for and to verify, instead of the host. */
  serverName?: string | undefined;
}

/** A connection in the making to `endpoint`. */
export function openSocket({ host, port }: Endpoint): Socket {
  return connect({ host, port, lookup });
}

/**
 * A function that opens TLS connections, on a socket that exists or on one of its own. TLS costs 4 MB, so it is loaded by the
 * first check that needs it. Rejects when the file with the certificates cannot be read.
 */
export async function secureConnector(
  { host, port }: Endpoint,
  { ca, insecure, serverName }: TlsOptions,
): Promise<(socket?: Socket) => Socket> {
  const [{ connect: connectTls }, { readFile }] = await Promise.all([import("node:tls"), import("node:fs/promises")]);
  const trusted = ca === undefined ? {} : { ca: await readFile(ca) };
  // An address is not a name: RFC 6066 section 3 forbids it in SNI.
  const servername = serverName ?? (isIP(host) === 0 ? host : "");
  return (socket) =>
    connectTls({
      ...(socket === undefined ? { host, port, lookup } : { socket, host }),
      ...trusted,
      servername,
      rejectUnauthorized: insecure !== true,
    });
}
