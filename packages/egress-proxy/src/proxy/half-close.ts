import type { Socket } from "node:net";

/** How long a client that has stopped sending may wait without getting a byte, in milliseconds. */
const PATIENCE = 2000;

/**
 * A client may end its side and still want its answer; one that is gone looks just the same. So answers go on while they
 * flow, and silence ends the connection, and with it the request at the upstream.
 */
export function watchHalfClose(socket: Socket): void {
  socket.on("end", beginPatience);
}

/** For connections that become tunnels, where half-close is passed on instead. */
export function ignoreHalfClose(socket: Socket): void {
  socket.off("end", beginPatience);
}

function beginPatience(this: Socket): void {
  let written = this.bytesWritten;
  const timer = setInterval(() => {
    if (this.bytesWritten === written) this.destroy();
    written = this.bytesWritten;
  }, PATIENCE);
  this.once("close", () => clearInterval(timer));
}
