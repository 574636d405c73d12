import { type AddressInfo, isIP, type Server } from "node:net";
import { RuntimeFailure, systemCode } from "./errors.ts";

export interface ListenAddress {
  /** Absent: all addresses, IPv6 and IPv4. */
  host?: string | undefined;
  port: number;
}

/**
 * Listens, and resolves with the address in use. A failure names the address, the configuration key and the remedy
 * (`RuntimeFailure`: exit status 1).
 */
export function listen(server: Server, { host, port }: ListenAddress, key: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => reject(listenFailure(error, { host, port }, key));
    server.once("error", failed);
    server.once("listening", () => {
      server.off("error", failed);
      resolve(server.address() as AddressInfo);
    });
    bind(server, host, port);
  });
}

/** The step that `Server.listen` itself ends in; Node keeps it under this old name. */
interface Bindable extends Server {
  _listen2?(address: string | null, port: number, family: number, backlog: number, fd: undefined, flags: number): void;
}

// What Node's own queue of connections that nobody has accepted is.
const BACKLOG = 511;

/**
 * `listen`, but for its look at node:cluster, which loads node:child_process and node:dgram: a tenth of what a start costs.
 * docs/decisions/0063-what-a-start-loads.md
 */
function bind(server: Bindable, host: string | undefined, port: number): void {
  // `isIP` is not asked about nothing: the first text that is no IPv4 address has Node compile its expression for IPv6.
  const family = host === undefined ? 0 : isIP(host);
  if (server._listen2 === undefined || (host !== undefined && family === 0)) {
    server.listen(host === undefined ? { port } : { host, port });
  } else server._listen2(host ?? null, port, family, BACKLOG, undefined, 0);
}

function listenFailure(error: Error, { host = "", port }: ListenAddress, key: string): RuntimeFailure {
  const address = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const code = systemCode(error);
  const reason =
    {
      EADDRINUSE: "the port is in use by another process",
      EACCES: "the port needs a privilege that this process does not have",
      EADDRNOTAVAIL: "this machine has no such address",
    }[code ?? ""] ?? error.message;
  return new RuntimeFailure(
    "listen",
    `cannot listen on ${address} (${key}): ${reason}; free it or set ${key} to another`,
    {
      cause: error,
    },
  );
}
