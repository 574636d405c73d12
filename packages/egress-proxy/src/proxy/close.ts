import type { Socket } from "node:net";
import { readOn } from "../sockets/reading.ts";

/** How much is read behind the last answer. */
export interface Linger {
  readonly bytes: number;
  /** Milliseconds from when the client has taken the answer. */
  readonly time: number;
}

/** After a denial. */
export const BRIEFLY: Linger = { bytes: 64 * 1024, time: 1000 };

/**
 * After an answer that came before the end of an upload: many clients look at the answer only when all has been sent, and
 * would lose it to a reset.
 */
export const WHILE_UPLOADING: Linger = { bytes: Number.POSITIVE_INFINITY, time: 30_000 };

/** How long a client may leave unread what was written to it, in milliseconds, before its connection is given up. */
export const TAKING_PATIENCE = 75_000;

/** How long a client that has stopped sending may wait without getting a byte, in milliseconds. */
const SILENCE_PATIENCE = 2000;

/**
 * Writes the last bytes of a connection and reads on for a moment: a close with unread bytes would destroy the answer
 * (RFC 9112 section 9.6). Nobody else may listen to the socket.
 */
export function closeAfter(client: Socket, last: string | Buffer, linger: Linger = BRIEFLY): void {
  if (client.destroyed) return;
  const end = () => client.destroy();
  let rest = linger.bytes;
  let timer = setTimeout(end, TAKING_PATIENCE);
  client.on("error", end);
  client.on("data", (chunk: Buffer) => {
    rest -= chunk.length;
    if (rest < 0) end();
  });
  client.once("finish", () => {
    clearTimeout(timer);
    if (client.readableEnded) end();
    else timer = setTimeout(end, linger.time);
  });
  client.once("end", () => client.destroySoon());
  client.once("close", () => clearTimeout(timer));
  client.end(last);
  readOn(client);
}

/**
 * A client may end its side and still want its answer; one that is gone looks just the same, until something is written to
 * it: then it resets the connection. So only silence ends the connection, and with it the request at the upstream.
 */
export function endWhenSilent(client: Socket): void {
  const written = client.bytesWritten;
  const timer = setInterval(() => {
    if (client.bytesWritten !== written) clearInterval(timer);
    else if (client.writableLength === 0) client.destroy();
  }, SILENCE_PATIENCE);
  client.once("close", () => clearInterval(timer));
}
