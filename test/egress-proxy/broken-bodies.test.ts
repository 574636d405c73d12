// Bodies that turn out to be no HTTP when their head has been sent on already: the verdict about the head stands.
import assert from "node:assert/strict";
import { before, beforeEach, test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { type RunningProxy, startProxy } from "./support/proxy.ts";
import { exchange, RawClient, statusOf } from "./support/raw.ts";
import { fileScope } from "./support/scope.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";

const t = fileScope();
let upstream: Upstream;
let proxy: RunningProxy;

before(async () => {
  upstream = await startUpstream(t, () => {});
  proxy = await startProxy(t, { allow: [`localhost:${upstream.port}`], audit: "all" });
});

beforeEach(() => upstream.reset());

const head = (path: string) =>
  `POST http://localhost:${upstream.port}${path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`;
const recordOf = (path: string) =>
  eventually(() => proxy.audit().find((record) => record.path === path) ?? assert.fail());

test("what was allowed and sent stays allowed in the audit record, with the error", async () => {
  const client = new RawClient(proxy.port).send(`${head("/sent")}5\r\nhello\r\n`);
  await eventually(() => assert.match(upstream.received(), /hello/));
  assert.equal(statusOf(await client.send("zz\r\n").end()), 400);
  await eventually(() => assert.ok(upstream.connections[0]?.destroyed || upstream.connections[0]?.readableEnded));
  assert.doesNotMatch(upstream.received(), /zz|\r\n0\r\n/);
  const { verdict, error, status, reason } = await recordOf("/sent");
  assert.deepEqual(
    { verdict, error, status, reason },
    { verdict: "allowed", error: "http_request_error", status: 400, reason: undefined },
  );
});

test("after the answer has begun it is cut, at both ends", async () => {
  const client = new RawClient(proxy.port).send(`${head("/answered")}5\r\nhello\r\n`);
  await eventually(() => assert.match(upstream.received(), /hello/));
  const [server] = upstream.connections;
  server?.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nbegin");
  await client.until("begin");
  const text = await client.send("zz\r\n").end();
  assert.match(text, /\r\n\r\nbegin$/);
  await eventually(() => assert.ok(server?.destroyed || server?.readableEnded));
  assert.doesNotMatch(upstream.received(), /zz|\r\n0\r\n/);
});

for (const [name, path, chunk, status] of [
  ["chunk extensions above 16 KiB", "/extensions", `5;${"x".repeat(17_000)}\r\nhello\r\n0\r\n\r\n`, 400],
  ["trailers above 32 KiB", "/trailers", `0\r\nX: ${"y".repeat(34_000)}\r\n\r\n`, 431],
] as const) {
  test(`${name} are ${status}`, async () => {
    const text = await exchange(proxy.port, head(path) + chunk);
    assert.equal(statusOf(text), status);
    assert.match(text, /\r\nProxy-Status: outrigger; error=http_request_error; details="\w+_too_large"\r\n/);
    assert.doesNotMatch(upstream.received(), /\r\n0\r\n/);
  });
}
