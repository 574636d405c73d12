import { isIP, type Socket } from "node:net";
import { checkServerIdentity, connect, type TLSSocket } from "node:tls";
import type { TlsIdentity } from "./tls-identity.ts";
import { UpstreamTimeout } from "./upstream-failure.ts";

/** Sessions to resume (RFC 8446 section 2.2), one for each identity: never across names or certificates. */
const sessions = new Map<string, Buffer>();
const MAX_SESSIONS = 256;

/**
 * Speaks TLS over a connected socket; chain and name are always verified. `done` is called once.
 * @param timeout milliseconds for the handshake.
 */
export function secure(
  socket: Socket,
  identity: TlsIdentity,
  timeout: number,
  done: (error: Error | undefined, secured?: TLSSocket) => void,
): void {
  const { serverName, ca, cert, key, id } = identity;
  const session = sessions.get(id);
  const secured = connect({
    socket,
    ...(isIP(serverName) === 0 && { servername: serverName }),
    checkServerIdentity: (_host, certificate) => checkServerIdentity(serverName, certificate),
    ALPNProtocols: ["http/1.1"],
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert, key }),
    ...(session && { session }),
  });
  const timer = setTimeout(() => fail(new UpstreamTimeout("no TLS handshake in time")), timeout);
  const fail = (error: Error) => {
    clearTimeout(timer);
    secured.off("error", fail);
    secured.on("error", () => {}); // what follows the first error says nothing new
    secured.destroy();
    sessions.delete(id);
    done(error);
  };
  secured.once("error", fail);
  secured.once("secureConnect", () => {
    clearTimeout(timer);
    secured.off("error", fail);
    done(undefined, secured);
  });
  secured.on("session", (fresh: Buffer) => {
    if (sessions.size >= MAX_SESSIONS) sessions.clear();
    sessions.set(id, fresh);
  });
}
