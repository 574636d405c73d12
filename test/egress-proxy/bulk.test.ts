// Many bytes at once: each arrives as it was, and the process stays small.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startProxy } from "./support/proxy.ts";
import { startUpstream } from "./support/upstream.ts";

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
  t.after(() => socket.destroy());

  const total = 192 * MIB;
  const block = Buffer.from(Array.from({ length: MIB + 7 }, (_, index) => (index * 31) & 255));
  const [sent, received] = [createHash("sha1"), createHash("sha1")];
  const send = async () => {
    for (let rest = total; rest > 0; rest -= block.length) {
      const part = rest < block.length ? block.subarray(0, rest) : block;
      sent.update(part);
      if (!socket.write(part)) await new Promise((resolve) => socket.once("drain", resolve));
    }
  };
  const sending = send();
  let count = 0;
  let pauses = 0;
  for await (const chunk of socket) {
    received.update(chunk as Buffer);
    count += (chunk as Buffer).length;
    if (count >= total) break;
    if (count > pauses * 48 * MIB) {
      pauses++;
      await delay(20);
    }
  }
  await sending;
  assert.equal(received.digest("hex"), sent.digest("hex"));
  const growth = anonymousMib(proxy.tool.pid) - before;
  assert.ok(growth < 24, `${growth.toFixed(1)} MiB more`);
});
