// How a connection ends: its client has the answer first, but cannot hold it for ever. The clock is the test's.
import assert from "node:assert/strict";
import { once } from "node:events";
import type { Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { socketPair } from "../../../test/egress-proxy/support/socket-pair.ts";
import { BRIEFLY, closeAfter, endWhenSilent, WHILE_UPLOADING } from "../src/proxy/close.ts";

/** More than the system takes from a sender whose peer reads nothing. */
const TOO_MUCH = 32 * 1024 * 1024;

/** Two ends of a connection whose far end stays open until the test ends it, and timers that only the test moves. */
async function start(t: TestContext) {
  const { near, far } = await socketPair(t);
  far.allowHalfOpen = true;
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  return { near, far, tick: (milliseconds: number) => t.mock.timers.tick(milliseconds) };
}

/** Waits until the socket has read this many bytes in all. */
async function hasRead(socket: Socket, bytes: number): Promise<void> {
  while (socket.bytesRead < bytes) await once(socket, "data");
}

for (const [name, linger, time] of [
  ["a denial", BRIEFLY, 1000],
  ["an answer in the middle of an upload", WHILE_UPLOADING, 30_000],
] as const) {
  test(`after ${name} a client that goes on sending is listened to for ${time} ms`, async (t) => {
    const { near, far, tick } = await start(t);
    const isWritten = once(near, "finish");
    near.pause(); // as whoever had it before leaves it
    closeAfter(near, "answer", linger);
    const [answer] = (await once(far, "data")) as [Buffer];
    assert.equal(answer.toString(), "answer");
    await isWritten;
    far.write("more");
    await hasRead(near, 4);
    tick(time - 1);
    assert.equal(near.destroyed, false);
    tick(1);
    assert.equal(near.destroyed, true);
  });
}

test("after a denial 64 KiB are read, and the connection is closed at the first byte more", async (t) => {
  const { near, far } = await start(t);
  closeAfter(near, "answer", BRIEFLY);
  far.resume();
  far.write(Buffer.alloc(64 * 1024));
  await hasRead(near, 64 * 1024);
  assert.equal(near.destroyed, false);
  far.write("x");
  await once(near, "close");
});

test("an upload whose answer came early is read however long it is", async (t) => {
  const { near, far } = await start(t);
  closeAfter(near, "answer", WHILE_UPLOADING);
  far.resume();
  far.write(Buffer.alloc(1024 * 1024));
  await hasRead(near, 1024 * 1024);
  assert.equal(near.destroyed, false);
});

test("a client that takes nothing of its answer has 75 seconds, and the moment after the answer only then", async (t) => {
  const { near, far, tick } = await start(t);
  far.pause();
  closeAfter(near, Buffer.alloc(TOO_MUCH), BRIEFLY);
  tick(74_999);
  assert.equal(near.destroyed, false);
  tick(1);
  assert.equal(near.destroyed, true);
});

test("a client that ends its side gets all of the answer, and then the end at once", async (t) => {
  const { near, far } = await start(t);
  far.pause();
  closeAfter(near, Buffer.alloc(TOO_MUCH), BRIEFLY);
  const hasEnded = once(near, "end");
  far.end();
  await hasEnded;
  let received = 0;
  far.on("data", (chunk: Buffer) => {
    received += chunk.length;
  });
  far.resume();
  await once(near, "close");
  if (!far.readableEnded) await once(far, "end");
  assert.equal(received, TOO_MUCH);
});

test("a client that had ended its side before gets the answer, and the end", async (t) => {
  const { near, far } = await start(t);
  near.resume();
  const hasEnded = once(near, "end");
  far.end();
  await hasEnded;
  const isClosed = once(near, "close");
  closeAfter(near, "answer");
  const [answer] = (await once(far, "data")) as [Buffer];
  assert.equal(answer.toString(), "answer");
  await isClosed;
});

test("a client that has ended its side and gets nothing for two seconds is gone", async (t) => {
  const { near, tick } = await start(t);
  endWhenSilent(near);
  tick(1999);
  assert.equal(near.destroyed, false);
  tick(1);
  assert.equal(near.destroyed, true);
});

test("a client that has ended its side is there while it gets its answer", async (t) => {
  const { near, tick } = await start(t);
  endWhenSilent(near);
  near.write("a part");
  tick(2000);
  tick(60_000);
  assert.equal(near.destroyed, false);
});

test("a client that has ended its side and reads slowly is not gone", async (t) => {
  const { near, far, tick } = await start(t);
  far.pause();
  near.write(Buffer.alloc(TOO_MUCH));
  endWhenSilent(near);
  tick(60_000);
  assert.equal(near.destroyed, false);
});
