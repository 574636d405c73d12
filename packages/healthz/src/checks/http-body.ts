import { CheckFailure } from "../failure.ts";
import type { Conversation, Reader } from "./conversation.ts";
import { fieldValues, type ResponseHead } from "./http-head.ts";

/** The body that follows `head` as text, up to `most` bytes; what comes after them is not read. */
export async function readBody(
  server: Conversation,
  method: string,
  head: ResponseHead,
  most: number,
): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of bodyPieces(server, method, head)) {
    pieces.push(piece);
    length += piece.length;
    if (length >= most) break;
  }
  return Buffer.concat(pieces).toString("utf8", 0, most);
}

/**
 * RFC 9112 section 6.3. A length beside a transfer coding is passed over: the danger is a next message that begins elsewhere, and
 * this connection has none.
 */
function bodyPieces(
  server: Conversation,
  method: string,
  head: ResponseHead,
): Iterable<Buffer> | AsyncIterable<Buffer> {
  const { status } = head;
  if (method === "HEAD" || status < 200 || status === 204 || status === 304) return [];
  const codings = listed(head, "transfer-encoding");
  if (codings.length > 0) return codings.at(-1)?.toLowerCase() === "chunked" ? chunks(server) : untilClosed(server);
  const lengths = new Set(listed(head, "content-length"));
  if (lengths.size === 0) return untilClosed(server);
  const [length = ""] = lengths;
  if (lengths.size > 1 || !/^\d+$/.test(length)) throw invalid("the length of the body");
  return ofLength(server, Number(length));
}

function listed(head: ResponseHead, field: string): string[] {
  return fieldValues(head, field)
    .flatMap((value) => value.split(","))
    .map((item) => item.trim());
}

async function* ofLength(server: Conversation, length: number): AsyncGenerator<Buffer> {
  for (let left = length; left > 0; ) {
    const piece = await server.receive(atMost(left));
    left -= piece.length;
    yield piece;
  }
}

/** RFC 9112 section 7.1. Trailers are not awaited: the body is complete without them. */
async function* chunks(server: Conversation): AsyncGenerator<Buffer> {
  for (;;) {
    const [, digits] = /^0*([0-9a-f]{1,8})[\t ]*(?:;|$)/i.exec(await server.receive(readLine)) ?? [];
    if (digits === undefined) throw invalid("the size of a chunk");
    if (digits === "0") return;
    yield* ofLength(server, Number.parseInt(digits, 16));
    if ((await server.receive(readLine)) !== "") throw invalid("the end of a chunk");
  }
}

async function* untilClosed(server: Conversation): AsyncGenerator<Buffer> {
  for (;;) {
    const piece = await server.receive(untilEnd);
    if (piece.length === 0) return;
    yield piece;
  }
}

const atMost =
  (most: number): Reader<Buffer> =>
  (received) => {
    if (received.length === 0) return undefined;
    const value = received.subarray(0, most);
    return { value, length: value.length };
  };

/** Whatever there is; nothing at the end. */
const untilEnd: Reader<Buffer> = (received, ended) =>
  received.length === 0 && !ended ? undefined : { value: received, length: received.length };

const readLine: Reader<string> = (received) => {
  const end = received.indexOf("\n");
  return end < 0 ? undefined : { value: received.toString("latin1", 0, end).replace(/\r$/, ""), length: end + 1 };
};

function invalid(what: string): CheckFailure {
  return new CheckFailure("invalid answer", `invalid answer: ${what} cannot be read`);
}
