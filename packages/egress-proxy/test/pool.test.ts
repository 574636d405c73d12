// Kept connections to upstreams: for how long, how many, and for whom. The clock is the test's.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { socketPair } from "../../../test/egress-proxy/support/socket-pair.ts";
import { accepted, startUpstream, type Upstream } from "../../../test/egress-proxy/support/upstream.ts";
import { atEnd } from "../../../test/harness/at-end.ts";
import { eventually } from "../../../test/harness/eventually.ts";
import { UpstreamPool } from "../src/upstream/pool.ts";
import { type Transaction, UpstreamConnection } from "../src/upstream/upstream-connection.ts";

const IDLE_TIMEOUT = 300_000;
const MINUTE = 60_000;

/** A pool that looks after its connections when time passes, and a server to connect to. */
async function start(t: TestContext) {
  const upstream = await startUpstream(t, () => {});
  const { now } = performance;
  let ahead = 0;
  t.mock.method(performance, "now", () => now.call(performance) + ahead);
  let look = () => {};
  t.mock.method(globalThis, "setInterval", (callback: () => void) => {
    look = callback;
    return setTimeout(() => {}, 0);
  });
  const pool = new UpstreamPool({ idleTimeout: IDLE_TIMEOUT, onDial: () => {} });
  const open = (poolName = "a") => connecting(t, pool, upstream, poolName);
  const pass = (milliseconds: number) => {
    ahead += milliseconds;
    look();
  };
  return { pool, upstream, open, pass };
}

function connecting(t: TestContext, pool: UpstreamPool, { port }: Upstream, poolName: string) {
  return new Promise<UpstreamConnection>((resolve, reject) => {
    const destination = { poolName, addresses: ["127.0.0.1"], port, connectTimeout: 20_000 };
    pool.connect(destination, (error, connection) => {
      if (connection === undefined) return reject(error);
      atEnd(t, () => connection.destroy());
      resolve(connection);
    });
  });
}

/** A request that nobody watches, but for its failure. */
function transaction(failed: (error: Error) => void = () => {}): Transaction {
  return {
    method: "GET",
    informed: () => {},
    answered: () => {},
    piece: () => {},
    flush: () => true,
    ended: () => true,
    upgraded: () => {},
    failed,
    drained: () => {},
  };
}

test("a free connection is kept for its lifetime and closed afterwards", async (t) => {
  const { pool, open, pass } = await start(t);
  const connection = await open();
  pool.freed(connection, MINUTE);
  pass(MINUTE - 5000);
  assert.equal(connection.socket.destroyed, false);
  pass(10_000);
  assert.equal(connection.socket.destroyed, true);
  assert.equal(pool.take("a"), undefined);
});

test("a connection in use has no lifetime", async (t) => {
  const { pool, open, pass } = await start(t);
  pool.freed(await open(), MINUTE);
  const connection = pool.take("a");
  pass(2 * MINUTE);
  assert.equal(connection?.socket.destroyed, false);
});

test("a connection in use without a byte for timeouts.idle is cut, and its request is told why", async (t) => {
  const { upstream, open, pass } = await start(t);
  const connection = await open();
  const failures: Error[] = [];
  connection.begin(transaction((error) => failures.push(error)));
  pass(1000);
  (await accepted(upstream)).write("HTTP/1.1 200 OK\r\n");
  await once(connection.socket, "data");
  pass(IDLE_TIMEOUT - 5000);
  pass(IDLE_TIMEOUT - 5000);
  assert.deepEqual([connection.socket.destroyed, failures], [false, []], "a byte came between");
  pass(10_000);
  assert.equal(connection.socket.destroyed, true);
  assert.deepEqual(
    failures.map((error) => (error as NodeJS.ErrnoException).code),
    ["UPSTREAM_TIMEOUT"],
  );
});

test("of one name 256 free connections are kept; what closes makes room", async (t) => {
  const { pool, open } = await start(t);
  const connections = await Promise.all(Array.from({ length: 258 }, () => open()));
  for (const connection of connections) pool.freed(connection, MINUTE);
  assert.deepEqual(
    connections.map(({ socket }) => socket.destroyed),
    connections.map((_, index) => index >= 256),
  );
  const other = await open("b");
  pool.freed(other, MINUTE);
  assert.equal(other.socket.destroyed, false, "names do not count for each other");
  connections[7]?.socket.destroy();
  await eventually(() => assert.equal(pool.size, 256));
  const late = await open();
  pool.freed(late, MINUTE);
  assert.equal(late.socket.destroyed, false);
});

test("the connection that was freed last is taken first, one that has just been closed never", async (t) => {
  const { pool, open } = await start(t);
  const [first, second, third] = [await open(), await open(), await open()];
  for (const connection of [first, second, third]) pool.freed(connection, MINUTE);
  third.socket.destroy(); // the pool hears of it later
  assert.equal(pool.take("a"), second);
  assert.equal(pool.take("b"), undefined);
  assert.equal(pool.take("a"), first);
  assert.equal(pool.take("a"), undefined);
});

test("a pool that is closed ends its free connections now, and others after their request", async (t) => {
  const { pool, open } = await start(t);
  const [free, busy] = [await open(), await open()];
  pool.freed(free, MINUTE);
  pool.close();
  assert.deepEqual([free.socket.destroyed, busy.socket.destroyed], [true, false]);
  pool.freed(busy, MINUTE);
  assert.equal(busy.socket.destroyed, true);
});

test("one dead connection ends the other free ones of its name", async (t) => {
  const { pool, open } = await start(t);
  const [a, b] = [await open("a"), await open("b")];
  pool.freed(a, MINUTE);
  pool.freed(b, MINUTE);
  pool.forget("a");
  assert.deepEqual([a.socket.destroyed, b.socket.destroyed], [true, false]);
});

test("a TLS handshake that is given up ends its connection, and nobody hears of it any more", async (t) => {
  const { pool, upstream } = await start(t);
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const destination = {
    poolName: "a",
    addresses: ["127.0.0.1"],
    port: upstream.port,
    connectTimeout: 20_000,
    tls: { serverName: "a.test", id: "a.test" },
  };
  const giveUp = pool.connect(destination, () => assert.fail("done was called"));
  while (upstream.received() === "") await turn();
  giveUp();
  while (!upstream.connections[0]?.readableEnded && !upstream.connections[0]?.destroyed) await turn();
  t.mock.timers.tick(20_000);
  assert.equal(pool.size, 0);
});

/** A moment, on no clock. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const lifetimes: [string, number | undefined][] = [
  ["", 30_000],
  ["Keep-Alive: timeout=5\r\n", 4000],
  ["Keep-Alive: max=100, timeout=20\r\n", 19_000],
  ["Keep-Alive: timeout=3600\r\n", 30_000],
  ["Keep-Alive: timeout=1\r\n", undefined],
  ["Connection: close\r\n", undefined],
];
for (const [field, expected] of lifetimes) {
  const kept = expected === undefined ? "is not kept" : `is kept for ${expected} ms`;
  test(`a connection ${kept} after an answer with ${field.trim() || "no hint"}`, async (t) => {
    const { near, far } = await socketPair(t);
    const lifetime = new Promise<number | undefined>((resolve) => {
      const owner = {
        freed: (_: UpstreamConnection, milliseconds: number) => resolve(milliseconds),
        closed: () => resolve(undefined),
      };
      const connection = new UpstreamConnection(near, { name: "", address: "" }, owner);
      connection.begin(transaction());
      connection.sent();
    });
    far.write(`HTTP/1.1 200 OK\r\n${field}Content-Length: 0\r\n\r\n`);
    assert.equal(await lifetime, expected);
  });
}
