// What two sockets pass on to each other: bytes, ends, resets, and that all is over.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { socketPair } from "../../../test/egress-proxy/support/socket-pair.ts";
import { eventually } from "../../../test/harness/eventually.ts";
import { relay } from "../src/tunnel/relay.ts";

/** Two connections whose near ends are to be relayed; their far ends stay open until the test ends them. */
async function start(t: TestContext) {
  const [client, upstream] = [await socketPair(t), await socketPair(t)];
  for (const { far } of [client, upstream]) far.allowHalfOpen = true;
  let ends = 0;
  const over = () => {
    ends++;
    assert.deepEqual([client.near.closed, upstream.near.closed], [true, true]);
  };
  const begin = (idleTimeout = 60_000) => relay(client.near, upstream.near, idleTimeout, over);
  return { client, upstream, begin, ends: () => ends };
}

test("the end of one side is passed on, and the other side may go on for as long as it likes", async (t) => {
  const { client, upstream, begin, ends } = await start(t);
  begin();
  client.far.end("last words");
  const [words] = (await once(upstream.far, "data")) as [Buffer];
  assert.equal(words.toString(), "last words");
  await once(upstream.far, "end");
  upstream.far.write("answer");
  const [answer] = (await once(client.far, "data")) as [Buffer];
  assert.equal(answer.toString(), "answer");
  assert.equal(ends(), 0);
  upstream.far.end();
  await once(client.far, "end");
  await eventually(() => assert.equal(ends(), 1));
  assert.deepEqual([client.near.destroyed, upstream.near.destroyed], [true, true]);
});

test("an end that came before the relay began is passed on", async (t) => {
  const { client, upstream, begin } = await start(t);
  client.near.resume();
  const hasEnded = once(client.near, "end");
  client.far.end();
  await hasEnded;
  begin();
  upstream.far.resume();
  await once(upstream.far, "end");
});

for (const side of ["client", "upstream"] as const) {
  test(`a reset by the ${side} resets the other side, and it is over once`, async (t) => {
    const pairs = await start(t);
    const other = side === "client" ? pairs.upstream : pairs.client;
    pairs.begin();
    other.far.resume();
    const reset = new Promise<NodeJS.ErrnoException>((resolve) => other.far.once("error", resolve));
    pairs[side].far.resetAndDestroy();
    assert.equal((await reset).code, "ECONNRESET");
    await eventually(() => assert.equal(pairs.ends(), 1));
  });

  test(`when the ${side} is given up, the other side is too`, async (t) => {
    const pairs = await start(t);
    const other = side === "client" ? pairs.upstream : pairs.client;
    pairs.begin();
    pairs[side].near.destroy();
    assert.equal(pairs.ends(), 0);
    await eventually(() => assert.equal(pairs.ends(), 1));
    assert.equal(other.near.destroyed, true);
  });
}

test("after silence on both sides both are closed, and it is over once", async (t) => {
  const { client, upstream, begin, ends } = await start(t);
  begin(100);
  await eventually(() => assert.equal(ends(), 1));
  assert.deepEqual([client.near.destroyed, upstream.near.destroyed], [true, true]);
});

test("bytes that wait in the socket are still there when it takes them", async (t) => {
  const { client, upstream, begin } = await start(t);
  const bytes = Buffer.alloc(8192, "relay");
  upstream.near.cork();
  begin();
  client.far.write(bytes);
  await eventually(() => assert.equal(upstream.near.writableLength, bytes.length));
  upstream.near.uncork();
  const received: Buffer[] = [];
  upstream.far.on("data", (chunk: Buffer) => received.push(chunk));
  await eventually(() => assert.equal(upstream.far.bytesRead, bytes.length));
  assert.ok(Buffer.concat(received).equals(bytes));
});
