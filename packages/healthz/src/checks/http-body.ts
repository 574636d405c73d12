import type { IncomingMessage } from "node:http";

/** The body as text, up to `most` bytes; what follows is not read. Rejects when `signal` is aborted. */
export async function readBody(response: IncomingMessage, signal: AbortSignal, most: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= most) break;
  }
  signal.throwIfAborted();
  return Buffer.concat(chunks).toString("utf8", 0, most);
}
