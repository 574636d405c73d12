// In which order addresses are tried, and when (RFC 8305). Sockets connect to nothing here; what happens to them is the test's.
import assert from "node:assert/strict";
import { Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { type DialError, dial } from "../src/dial.ts";

interface Outcome {
  readonly error: DialError | undefined;
  readonly socket: Socket | undefined;
  readonly address: string | undefined;
}

function start(t: TestContext, addresses: string[]) {
  const attempts: { socket: Socket; host: string }[] = [];
  t.mock.method(Socket.prototype, "connect", function connect(this: Socket, [{ host }]: [{ host: string }]) {
    attempts.push({ socket: this, host });
    return this;
  });
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const outcomes: Outcome[] = [];
  dial({ addresses, port: 1, timeout: 9000 }, (error, socket, address) => outcomes.push({ error, socket, address }));
  return {
    attempts,
    outcomes,
    hosts: () => attempts.map(({ host }) => host),
    pass: (milliseconds: number) => t.mock.timers.tick(milliseconds),
    connect: (index: number) => attempts[index]?.socket.emit("connect"),
    fail: (index: number, code: string) =>
      attempts[index]?.socket.emit("error", Object.assign(new Error(code), { code })),
  };
}

for (const [given, tried] of [
  [
    ["2606::1", "2606::2", "1.1.1.1", "1.1.1.2"],
    ["2606::1", "1.1.1.1", "2606::2", "1.1.1.2"],
  ],
  [
    ["1.1.1.1", "1.1.1.2", "1.1.1.3", "2606::1"],
    ["1.1.1.1", "2606::1", "1.1.1.2", "1.1.1.3"],
  ],
  [
    ["1.1.1.1", "1.1.1.2"],
    ["1.1.1.1", "1.1.1.2"],
  ],
] as const) {
  test(`${given.join(", ")} are tried one family after the other`, (t) => {
    const { hosts, fail } = start(t, [...given]);
    for (const index of given.keys()) fail(index, "ECONNREFUSED");
    assert.deepEqual(hosts(), tried);
  });
}

test("the next address is tried every 250 ms", (t) => {
  const { attempts, pass } = start(t, ["1.1.1.1", "1.1.1.2", "1.1.1.3"]);
  const counts = [1, 249, 1, 249, 1, 10_000].map((milliseconds) => {
    pass(milliseconds);
    return attempts.length;
  });
  assert.deepEqual(counts, [1, 2, 2, 3, 3, 3]);
});

test("a failure starts the next attempt at once, and 250 ms begin anew", (t) => {
  const { attempts, pass, fail } = start(t, ["1.1.1.1", "1.1.1.2", "1.1.1.3"]);
  pass(100);
  fail(0, "ECONNREFUSED");
  assert.equal(attempts.length, 2);
  pass(249);
  assert.equal(attempts.length, 2);
  pass(1);
  assert.equal(attempts.length, 3);
});

test("the end is told when no attempt is left, with the last failure; what has failed is closed", (t) => {
  const { attempts, outcomes, pass, fail } = start(t, ["1.1.1.1", "1.1.1.2"]);
  pass(250);
  fail(1, "ECONNREFUSED");
  assert.equal(attempts[1]?.socket.destroyed, true);
  assert.equal(outcomes.length, 0);
  fail(0, "EHOSTUNREACH");
  assert.deepEqual(
    outcomes.map(({ error }) => error?.code),
    ["EHOSTUNREACH"],
  );
});

test("the first to connect wins, alone and without time-out; nothing is tried or told any more", (t) => {
  const { attempts, outcomes, pass, connect, fail } = start(t, ["1.1.1.1", "1.1.1.2", "1.1.1.3"]);
  pass(250);
  assert.equal(attempts[1]?.socket.timeout, 9000);
  connect(1);
  const winner = attempts[1]?.socket;
  assert.deepEqual(
    [outcomes[0]?.socket === winner, outcomes[0]?.address, outcomes[0]?.error],
    [true, "1.1.1.2", undefined],
  );
  assert.deepEqual([winner?.timeout, winner?.listenerCount("error"), winner?.destroyed], [0, 0, false]);
  assert.equal(attempts[0]?.socket.destroyed, true);
  fail(0, "ECONNRESET");
  pass(10_000);
  assert.deepEqual([attempts.length, outcomes.length], [2, 1]);
});

test("an attempt that is silent for its time has failed", (t) => {
  const { attempts, outcomes } = start(t, ["1.1.1.1"]);
  attempts[0]?.socket.emit("timeout");
  assert.deepEqual(
    outcomes.map(({ error }) => error?.code),
    ["ETIMEDOUT"],
  );
});
