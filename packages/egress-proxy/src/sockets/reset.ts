import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";

/** Ends a connection so that its peer sees it broken off. Node resets TCP only; TLS is cut without its own end. */
export function reset(socket: Socket): void {
  if ((socket as Partial<TLSSocket>).encrypted) socket.destroy();
  else socket.resetAndDestroy();
}
