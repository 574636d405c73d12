// A ClientHello that does not come: the tunnel ends without waiting, or after a time, and always once.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { clientHello } from "../../../test/egress-proxy/support/client-hello.ts";
import { socketPair } from "../../../test/egress-proxy/support/socket-pair.ts";
import { inspect } from "../src/tunnel/inspect.ts";

const HALF = clientHello({ names: ["a.test"] }).subarray(0, 50);

/** Inspects what `far` sends; timers move only with `tick`. */
async function start(t: TestContext) {
  const { near, far } = await socketPair(t);
  far.allowHalfOpen = true;
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const verdicts: string[] = [];
  const begin = (first: Buffer = Buffer.alloc(0)) =>
    inspect(near, "a.test", first, 10_000, (verdict) =>
      verdicts.push(verdict.state === "refused" ? verdict.reason : verdict.sni),
    );
  return { near, far, verdicts, begin, tick: (milliseconds: number) => t.mock.timers.tick(milliseconds) };
}

test("a client that ends its side within its ClientHello is refused at once", async (t) => {
  const { near, far, verdicts, begin, tick } = await start(t);
  begin();
  const hasEnded = once(near, "end");
  far.end(HALF);
  await hasEnded;
  assert.deepEqual(verdicts, ["not_tls"]);
  tick(10_000);
  assert.deepEqual(verdicts, ["not_tls"]);
});

test("so is one that ended its side before anybody looked", async (t) => {
  const { near, far, verdicts, begin } = await start(t);
  near.resume();
  const hasEnded = once(near, "end");
  far.end();
  await hasEnded;
  begin(HALF);
  assert.deepEqual(verdicts, ["not_tls"]);
});

test("one that says nothing more is refused when the time is over", async (t) => {
  const { verdicts, begin, tick } = await start(t);
  begin(HALF);
  tick(9_999);
  assert.deepEqual(verdicts, []);
  tick(1);
  assert.deepEqual(verdicts, ["not_tls"]);
});

test("one that goes is not judged at all, then or later", async (t) => {
  const { near, verdicts, begin, tick } = await start(t);
  begin(HALF);
  near.destroy();
  await once(near, "close");
  tick(10_000);
  assert.deepEqual(verdicts, []);
});
