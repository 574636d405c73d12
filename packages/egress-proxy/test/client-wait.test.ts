// For how long a client has been waited for. Whatever it takes of what was written begins the wait anew.
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { ClientWait } from "../src/proxy/client-wait.ts";

function start(t: TestContext) {
  let now = 1000;
  t.mock.method(performance, "now", () => now);
  const socket = { writableLength: 0 };
  const wait = new ClientWait(socket as Socket);
  const after = (milliseconds: number, writableLength = socket.writableLength) => {
    now += milliseconds;
    socket.writableLength = writableLength;
    return wait.elapsed(now);
  };
  return { wait, after };
}

test("a wait goes on until the next one begins, which has the same patience if none is given", (t) => {
  const { wait, after } = start(t);
  assert.deepEqual([after(10), after(10), wait.patience], [10, 20, 0]);
  wait.begin(75_000);
  assert.deepEqual([after(10), wait.patience], [10, 75_000]);
  wait.begin();
  assert.deepEqual([after(10), wait.patience], [10, 75_000]);
});

test("a client that takes bytes is not waited for; one that takes none is", (t) => {
  const { after } = start(t);
  assert.deepEqual(
    [after(10, 500), after(10, 400), after(10), after(10), after(10, 0), after(10)],
    [0, 0, 10, 20, 0, 10],
  );
});
