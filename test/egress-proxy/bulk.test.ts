// Many bytes at once: each arrives as it was, and the process stays small.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { connect, Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { atEnd } from "../harness/at-end.ts";
import { startProxy } from "./support/proxy.ts";
import { startHttpUpstream, startUpstream } from "./support/upstream.ts";

const MIB = 1024 * 1024;

/** Private memory of a process in MiB. */
function anonymousMib(pid: number): number {
  return Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1]) / 1024;
}

/** Opens a tunnel and settles when it carries bytes. */
async function openTunnel(port: number, target: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1" });
  socket.write(`CONNECT localhost:${target} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await new Promise((resolve) => socket.once("data", resolve));
  return socket;
}

/** Bytes without a short period. */
function pattern(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 255));
}

async function send(to: Writable, block: Buffer, blocks: number): Promise<void> {
  for (let count = 0; count < blocks; count++) {
    if (!to.write(block)) await once(to, "drain");
  }
  if (!(to instanceof Socket)) to.end();
}

/** Reads so many bytes, with a pause now and then; returns their hash. */
async function received(from: Readable, total: number): Promise<string> {
  const hash = createHash("sha1");
  let count = 0;
  let pauses = 0;
  for await (const chunk of from) {
    hash.update(chunk as Buffer);
    count += (chunk as Buffer).length;
    if (count >= total) break;
    if (count > pauses * 24 * MIB) {
      pauses++;
      await delay(20);
    }
  }
  assert.equal(count, total);
  return hash.digest("hex");
}

test("a tunnel gives back every byte to a reader of uneven speed, in a few MiB of memory", async (t) => {
  const echo = await startUpstream(
    t,
    (socket, _received, chunk) => {
      if (!socket.write(chunk)) socket.pause().once("drain", () => socket.resume());
    },
    { record: false },
  );
  const proxy = await startProxy(t, { allow: [`localhost:${echo.port}`] });
  const before = anonymousMib(proxy.tool.pid);
  const socket = await openTunnel(proxy.port, echo.port);
  atEnd(t, () => socket.destroy());

  const blocks = 192;
  const block = pattern(MIB + 7);
  const sending = send(socket, block, blocks);
  const expected = createHash("sha1");
  for (let count = 0; count < blocks; count++) expected.update(block);
  assert.equal(await received(socket, blocks * block.length), expected.digest("hex"));
  await sending;
  const growth = anonymousMib(proxy.tool.pid) - before;
  assert.ok(growth < 24, `${growth.toFixed(1)} MiB more`);
});

for (const framing of ["chunked", "length"] as const) {
  test(`a body (${framing}) comes back from an echo whole, to a reader of uneven speed, in a few MiB of memory`, async (t) => {
    const echo = await startHttpUpstream(t, (incoming, outgoing) => {
      if (framing === "length") outgoing.setHeader("Content-Length", incoming.headers["content-length"] ?? 0);
      incoming.pipe(outgoing);
    });
    const proxy = await startProxy(t, { allow: [`localhost:${echo.port}`] });
    const before = anonymousMib(proxy.tool.pid);
    const blocks = 64;
    const block = pattern(MIB);
    const client = request({
      port: proxy.port,
      method: "POST",
      path: `http://localhost:${echo.port}/`,
      headers: framing === "length" ? { "Content-Length": blocks * block.length } : { "Transfer-Encoding": "chunked" },
    });
    const sending = send(client, block, blocks);
    const [answer] = (await once(client, "response")) as [IncomingMessage];
    const expected = createHash("sha1");
    for (let count = 0; count < blocks; count++) expected.update(block);
    assert.equal(await received(answer, blocks * block.length), expected.digest("hex"));
    await sending;
    const growth = anonymousMib(proxy.tool.pid) - before;
    assert.ok(growth < 32, `${growth.toFixed(1)} MiB more`);
  });
}
