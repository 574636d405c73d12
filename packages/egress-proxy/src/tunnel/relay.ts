import type { Socket } from "node:net";
import { freeChunk } from "../sockets/free-chunk.ts";
import { readOn, stopReading } from "../sockets/reading.ts";
import { reset } from "../sockets/reset.ts";

/**
 * Passes bytes between two sockets until both directions have ended. Half-close and reset are passed on; `idleTimeout`
 * (milliseconds) counts from the last byte in either direction. Both sockets must be `allowHalfOpen`. Chunks are freed when
 * they have been passed on: whoever else listens to `data` copies what it keeps.
 *
 * By hand instead of `pipe()`: a tunnel lives as short as a request, and pipe's bookkeeping costs more than its bytes.
 * @param done called once, when both sockets are closed.
 */
export function relay(client: Socket, upstream: Socket, idleTimeout: number, done: () => void): void {
  let open = 2;
  const closed = () => {
    if (--open === 0) done();
  };
  // Every byte is read from one socket and written to the other, so one timer sees them all.
  client.setTimeout(idleTimeout, () => {
    client.destroy();
    upstream.destroy();
  });
  link(client, upstream, closed);
  link(upstream, client, closed);
}

/** One direction. Backpressure: a socket whose peer takes no more is not read, so at most one chunk is held here. */
function link(from: Socket, to: Socket, closed: () => void): void {
  let held: Buffer | undefined;
  from.setNoDelay(true);
  from.on("data", (chunk: Buffer) => {
    const hasRoom = to.write(chunk);
    // Most writes are taken by the kernel at once.
    if (to.writableLength === 0) freeChunk(chunk);
    else if (!hasRoom) {
      held = chunk;
      stopReading(from);
    }
  });
  to.on("drain", () => {
    if (held === undefined) return;
    freeChunk(held);
    held = undefined;
    readOn(from);
  });
  // A client may have ended its side while its upstream was being dialled.
  if (from.readableEnded) to.end();
  else from.on("end", () => to.end());
  from.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "ECONNRESET") reset(to);
    else to.destroy();
  });
  from.on("close", () => {
    if (!to.destroyed && !from.readableEnded) to.destroy();
    closed();
  });
  readOn(from);
}
