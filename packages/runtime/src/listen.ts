import type { AddressInfo, Server } from "node:net";
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
    server.listen(host === undefined ? { port } : { host, port }, () => {
      server.off("error", failed);
      resolve(server.address() as AddressInfo);
    });
  });
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
