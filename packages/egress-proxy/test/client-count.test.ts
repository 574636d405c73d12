// The connections of all clients: how many there may be, and how they end with the process.
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { Connections } from "../src/proxy/connections.ts";

/** As much of a socket as is asked of one here. */
class FakeSocket extends EventEmitter {
  bytesRead = 0;
  destroyed = false;

  destroy(): void {
    this.destroyed = true;
    this.emit("close");
  }
}

function start(t: TestContext) {
  const { now } = performance;
  let [ahead, shortages] = [0, 0];
  t.mock.method(performance, "now", () => now.call(performance) + ahead);
  const connections = new Connections(() => shortages++);
  const open = (options?: { maybeSilent: boolean }) => {
    const socket = new FakeSocket();
    connections.add(socket as unknown as Socket, options);
    return socket;
  };
  return { connections, open, shortages: () => shortages, pass: (milliseconds: number) => (ahead += milliseconds) };
}

test("as many connections are taken as the configuration says; more are no shortage of this machine", (t) => {
  const { connections, open, shortages } = start(t);
  open();
  assert.equal(connections.refusal(2), undefined);
  const second = open();
  assert.equal(connections.refusal(2)?.error, "connection_limit_reached");
  assert.match(connections.refusal(2)?.hint ?? "", /egress\.limits\.connections/);
  assert.equal(connections.refusal(3), undefined);
  second.destroy();
  assert.deepEqual([connections.refusal(2), connections.size, shortages()], [undefined, 1, 0]);
});

test("more connections than file descriptors are a shortage of this machine", (t) => {
  const { connections, shortages } = start(t);
  const most = Number.MAX_SAFE_INTEGER;
  assert.match(connections.refusal(most, most - 1)?.hint ?? "", /descriptor/);
  assert.equal(shortages(), 1);
});

test("connections that should have sent something by now are ended, and no others", (t) => {
  const { connections, open, pass } = start(t);
  const [spare, used, silent] = [open(), open(), open({ maybeSilent: true })];
  used.bytesRead = 1;
  pass(100);
  connections.closeUnused(200);
  assert.equal(spare.destroyed, false);
  pass(200);
  const fresh = open();
  connections.closeUnused(200);
  assert.deepEqual(
    [spare, used, silent, fresh].map(({ destroyed }) => destroyed),
    [true, false, false, false],
  );
});

test("a connection that has sent something, or need not, is in use", (t) => {
  const { connections, open } = start(t);
  const spare = open();
  assert.equal(connections.hasUsed, false);
  spare.bytesRead = 1;
  assert.equal(connections.hasUsed, true);
  spare.destroy();
  assert.equal(connections.hasUsed, false);
  open({ maybeSilent: true });
  assert.equal(connections.hasUsed, true);
});

test("the end of the last connection is told to all who wait for it", async (t) => {
  const { connections, open } = start(t);
  await connections.whenEmpty();
  const [first, second] = [open(), open()];
  let count = 0;
  const waits = [1, 2].map(async () => {
    await connections.whenEmpty();
    count++;
  });
  first.destroy();
  await Promise.resolve();
  assert.equal(count, 0);
  second.destroy();
  await Promise.all(waits);
});

test("what is left is cut, and counted", (t) => {
  const { connections, open } = start(t);
  const sockets = [open(), open({ maybeSilent: true }), open()];
  assert.equal(connections.cutAll(), 3);
  assert.ok(sockets.every(({ destroyed }) => destroyed));
  assert.deepEqual([connections.size, connections.cutAll()], [0, 0]);
});
