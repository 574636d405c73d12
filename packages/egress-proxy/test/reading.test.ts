// What waits in memory for a side that takes nothing, and that all of it goes on once it does.
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { socketPair } from "../../../test/egress-proxy/support/socket-pair.ts";
import { eventually } from "../../../test/harness/eventually.ts";
import { ClientConnection } from "../src/proxy/client-connection.ts";
import type { ClientRequest } from "../src/proxy/client-request.ts";
import { readOn, stopReading } from "../src/sockets/reading.ts";
import { relay } from "../src/tunnel/relay.ts";
import { UpstreamConnection } from "../src/upstream/upstream-connection.ts";

const CHUNK = 64 * 1024;
/** More than the system takes. */
const SIZE = 16 * 1024 * 1024;

/** Bytes without a short period. */
const SENT = Buffer.from(Uint8Array.from({ length: SIZE }, (_, index) => (index * 31 + (index >> 8)) & 255));

/** Collects what arrives from now on. */
function collect(from: Pick<Socket, "on">): Buffer[] {
  const chunks: Buffer[] = [];
  from.on("data", (chunk: Buffer) => chunks.push(Buffer.from(chunk)));
  return chunks;
}

function assertAll(chunks: Buffer[]): void {
  assert.ok(Buffer.concat(chunks).equals(SENT));
}

/** Time for whatever would still be read. */
async function turns(): Promise<void> {
  for (let count = 0; count < 100; count++) await turn();
}

test("a socket that stops reading takes nothing more from the system, and later everything to the end", async (t) => {
  const { near, far } = await socketPair(t);
  far.end(SENT);
  const chunks = collect(near);
  const first = await new Promise<Buffer>((resolve) => {
    near.once("data", (chunk: Buffer) => {
      stopReading(near);
      resolve(chunk);
    });
  });
  await turns();
  assert.equal(near.bytesRead, first.length);
  readOn(near);
  await eventually(() => assert.ok(near.readableEnded));
  assertAll(chunks);
});

test("a socket reads on also after pause(), and after having been closed nothing happens", async (t) => {
  const { near, far } = await socketPair(t);
  near.pause();
  far.end(SENT);
  await eventually(() => assert.ok(near.readableLength > 0));
  const chunks = collect(near);
  near.pause();
  await turns();
  readOn(near);
  await eventually(() => assert.ok(near.readableEnded));
  assertAll(chunks);
  near.destroy();
  stopReading(near);
  readOn(near);
});

test("a tunnel holds one chunk for a side that takes nothing, and gives it everything afterwards", async (t) => {
  const [from, to] = [await socketPair(t), await socketPair(t)];
  from.far.end(SENT);
  to.far.pause();
  relay(from.near, to.near, 60_000, () => {});
  await eventually(() => assert.ok(to.near.writableNeedDrain && to.near.writableLength > 0));
  await turns();
  const held = from.near.readableLength + to.near.writableLength;
  assert.ok(held <= CHUNK, `${held} bytes`);
  const chunks = collect(to.far);
  to.far.resume();
  await eventually(() => assert.ok(to.far.readableEnded));
  assertAll(chunks);
});

test("an answer whose client takes nothing waits in the system, and goes on afterwards", async (t) => {
  const { near, far } = await socketPair(t);
  const connection = new UpstreamConnection(near, { name: "", address: "" }, { freed: () => {}, closed: () => {} });
  const chunks: Buffer[] = [];
  let isOver = false;
  connection.begin({
    method: "GET",
    informed: () => {},
    answered: () => {},
    piece: (piece) => chunks.push(Buffer.from(piece)),
    flush: () => {
      if (chunks.length === 1) connection.isBackedUp = true;
      return true;
    },
    ended: () => {
      isOver = true;
      return true;
    },
    upgraded: () => {},
    failed: () => {},
    drained: () => {},
  });
  far.write(`HTTP/1.1 200 OK\r\nContent-Length: ${SIZE}\r\n\r\n`);
  far.write(SENT);
  await eventually(() => assert.equal(chunks.length, 1));
  await turns();
  assert.equal(chunks.length, 1);
  assert.equal(near.readableLength, 0);
  connection.isBackedUp = false;
  await eventually(() => assert.ok(isOver));
  assertAll(chunks);
});

/** A connection with an upload whose first piece finds no room. */
async function uploading(t: Parameters<typeof socketPair>[0]) {
  const { near, far } = await socketPair(t);
  const chunks: Buffer[] = [];
  let isOver = false;
  const request = await new Promise<ClientRequest>((resolve) => {
    new ClientConnection(near, {
      request: (request) => {
        request.framing = "length";
        request.read({
          piece: (piece) => chunks.push(Buffer.from(piece)),
          flush: () => {
            if (chunks.length === 1) request.isBackedUp = true;
            return true;
          },
          ended: () => {
            isOver = true;
          },
          refused: () => {},
        });
        resolve(request);
      },
      connect: () => {},
      malformed: () => {},
      failed: () => {},
    });
    far.write(`POST http://x/ HTTP/1.1\r\nHost: x\r\nContent-Length: ${SIZE}\r\n\r\n`);
    far.write(SENT);
  });
  await eventually(() => assert.equal(chunks.length, 1));
  await turns();
  return { near, far, request, chunks, isOver: () => isOver };
}

test("an upload whose upstream takes nothing waits in the system, and goes on afterwards", async (t) => {
  const { near, request, chunks, isOver } = await uploading(t);
  assert.equal(chunks.length, 1);
  assert.equal(near.readableLength, 0);
  request.isBackedUp = false;
  await eventually(() => assert.ok(isOver()));
  assertAll(chunks);
});

test("an upload that waits is read on when its answer comes early, so that the client sees the answer", async (t) => {
  const { far, request } = await uploading(t);
  const answer = collect(far);
  request.begin(413, "Content Too Large", ["Content-Length", "0"]);
  request.end();
  // Well before the connection would be given up.
  await eventually(() => assert.equal(far.writableLength, 0), { ms: 15_000 });
  await eventually(() => assert.match(Buffer.concat(answer).toString(), /^HTTP\/1\.1 413 Content Too Large\r\n/));
});
