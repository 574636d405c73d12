import assert from "node:assert/strict";
import { createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { collide } from "../src/collide.ts";
import { listen } from "../src/listen.ts";

interface Open {
  readonly port: number;
  close(): Promise<void>;
}

/** Opens a listener; undefined where the system refuses. */
async function open(t: TestContext, host: string | undefined, port: number): Promise<Open | undefined> {
  const server = createServer();
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  t.after(close);
  return listen(server, { host, port }, "test").then(
    (address) => ({ port: address.port, close }),
    () => undefined,
  );
}

/** Whether the second of two listeners on one port is refused; undefined where the system has not both addresses. */
async function isRefused(t: TestContext, one: string | undefined, other: string | undefined) {
  const [first, elsewhere] = [await open(t, one, 0), await open(t, other, 0)];
  const second = first && (await open(t, other, first.port));
  await Promise.all([first?.close(), second?.close(), elsewhere?.close()]);
  return first && elsewhere && second === undefined;
}

const HOSTS = [undefined, "::", "0.0.0.0", "127.0.0.1", "127.0.0.2", "::1", "::ffff:127.0.0.1", "::ffff:0.0.0.0"];

for (const one of HOSTS) {
  test(`beside a listener on ${one ?? "all addresses"} those are refused that collide with it, and no others`, async (t) => {
    for (const other of HOSTS) {
      const expected = collide({ host: one, port: 1 }, { host: other, port: 1 });
      let isActual = await isRefused(t, one, other);
      // Somebody else may have that port on the other address.
      for (let again = 0; again < 5 && isActual && !expected; again++) isActual = await isRefused(t, one, other);
      if (isActual === undefined) continue; // a system without IPv6
      assert.equal(isActual, expected, `${one} and ${other}`);
      assert.equal(collide({ host: other, port: 1 }, { host: one, port: 1 }), expected);
    }
  });
}

for (const [one, other, expected] of [
  ["::1", "0:0:0:0:0:0:0:1", true],
  ["::ffff:7f00:1", "127.0.0.1", true],
  ["0:0::0", "127.0.0.1", true],
  ["::FFFF:0:0", "127.0.0.1", true],
  ["fe80::1", "fe80::2", false],
  ["localhost", "LocalHost", true],
  ["localhost", "127.0.0.1", false],
  ["localhost", "0.0.0.0", false],
  ["localhost", "::", true],
  [":::", "::1", false],
] as const) {
  test(`${one} and ${other} ${expected ? "collide" : "may both listen"}`, () => {
    assert.equal(collide({ host: one, port: 1 }, { host: other, port: 1 }), expected);
    assert.equal(collide({ host: other, port: 1 }, { host: one, port: 1 }), expected);
  });
}

test("other ports do not collide, and port 0 is another one each time", () => {
  assert.equal(collide({ port: 1 }, { port: 2 }), false);
  assert.equal(collide({ port: 0 }, { port: 0 }), false);
});
