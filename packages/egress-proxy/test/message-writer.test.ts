// What a message looks like on the wire, whatever sizes its pieces have.
import assert from "node:assert/strict";
import { Socket } from "node:net";
import { test } from "node:test";
import { ChunkedDecoder } from "../src/http/chunked.ts";
import { MessageWriter } from "../src/http/message-writer.ts";

/** A writer, and what it has handed to its socket. */
function open(): { writer: MessageWriter; written: () => Buffer } {
  const chunks: Buffer[] = [];
  const socket = new Socket();
  socket.write = (data: Uint8Array | string, encoding?: unknown) => {
    chunks.push(typeof data === "string" ? Buffer.from(data, encoding as BufferEncoding) : Buffer.from(data));
    return true;
  };
  return { writer: new MessageWriter(socket), written: () => Buffer.concat(chunks) };
}

const sizes = [1, 0, 15, 16, 255, 8191, 8192, 8193, 0, 65_536];
const pieces = sizes.map((size, index) => Buffer.alloc(size, index + 200));

test("chunks of any size are read back as they were written; an empty piece does not end the body", () => {
  const { writer, written } = open();
  writer.begin("", true);
  for (const piece of pieces) writer.piece(piece);
  writer.end(["X-Sum", "\xe9"]);
  writer.flush();
  const content: Buffer[] = [];
  const decoder = new ChunkedDecoder();
  const bytes = written();
  assert.equal(
    decoder.push(bytes, 0, (data) => content.push(Buffer.from(data))),
    bytes.length,
  );
  assert.equal(decoder.isDone, true);
  assert.deepEqual(Buffer.concat(content), Buffer.concat(pieces));
  assert.deepEqual(decoder.trailers, ["X-Sum", "\xe9"]);
});

test("without chunks the pieces follow the head, and nothing follows them", () => {
  const { writer, written } = open();
  writer.begin("HEAD\r\n\r\n", false);
  for (const piece of pieces) writer.piece(piece);
  writer.end(["X-Sum", "1"]);
  writer.flush();
  assert.deepEqual(written(), Buffer.concat([Buffer.from("HEAD\r\n\r\n"), ...pieces]));
});
