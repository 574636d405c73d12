import type { Socket } from "node:net";

/**
 * Passes bytes between two sockets until both directions have ended. Half-close and reset are passed on; `idleTimeout`
 * (milliseconds) counts from the last byte in either direction. Both sockets must be `allowHalfOpen`.
 * @param done called once, when both sockets are closed.
 */
export function relay(client: Socket, upstream: Socket, idleTimeout: number, done: () => void): void {
  let open = 2;
  const link = (from: Socket, to: Socket) => {
    from.setNoDelay(true);
    from.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNRESET") to.resetAndDestroy();
      else to.destroy();
    });
    from.once("close", () => {
      if (!to.destroyed && !from.readableEnded) to.destroy();
      if (--open === 0) done();
    });
    from.pipe(to);
  };
  // Every byte is read from one socket and written to the other, so one timer sees them all.
  client.setTimeout(idleTimeout, () => {
    client.destroy();
    upstream.destroy();
  });
  link(client, upstream);
  link(upstream, client);
}
