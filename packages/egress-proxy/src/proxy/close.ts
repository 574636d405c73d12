import type { Socket } from "node:net";

/** How much is read after the last answer, and for how many milliseconds. */
const LINGER_BYTES = 64 * 1024;
const LINGER_TIME = 1000;
/** How long a client that has stopped sending may wait without getting a byte, in milliseconds. */
const PATIENCE = 2000;

/**
 * Writes the last bytes of a connection and reads on for a moment: a close with unread bytes would destroy the answer
 * (RFC 9112 section 9.6). Nobody else may listen to the socket.
 */
export function closeAfter(client: Socket, text: string): void {
  if (client.destroyed) return;
  let rest = LINGER_BYTES;
  client.on("error", () => client.destroy());
  client.on("data", (chunk: Buffer) => {
    rest -= chunk.length;
    if (rest < 0) client.destroy();
  });
  client.end(text);
  client.resume();
  const timer = setTimeout(() => client.destroy(), LINGER_TIME);
  client.once("end", () => client.destroySoon());
  client.once("close", () => clearTimeout(timer));
}

/**
 * A client may end its side and still want its answer; one that is gone looks just the same. So answers go on while they
 * flow, and silence ends the connection, and with it the request at the upstream.
 */
export function endWhenSilent(client: Socket): void {
  let written = client.bytesWritten;
  const timer = setInterval(() => {
    if (client.bytesWritten === written) client.destroy();
    written = client.bytesWritten;
  }, PATIENCE);
  client.once("close", () => clearInterval(timer));
}
