import type { Socket } from "node:net";

const LINGER_TIME = 1000;

/** Writes the last bytes of a connection and reads on for a moment: a close with unread bytes would destroy the answer. */
export function closeAfter(client: Socket, text: string): void {
  if (client.destroyed) return;
  client.on("error", () => client.destroy());
  client.end(text);
  client.resume();
  const timer = setTimeout(() => client.destroy(), LINGER_TIME);
  client.once("end", () => client.destroy());
  client.once("close", () => clearTimeout(timer));
}
