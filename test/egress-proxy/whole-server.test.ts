// OPTIONS without a path is about the whole server: the last proxy sends it as `OPTIONS *` (RFC 9112 section 3.2.4).
import assert from "node:assert/strict";
import { before, beforeEach, test } from "node:test";
import { type RunningProxy, startProxy } from "./support/proxy.ts";
import { exchange, reasonOf, statusOf } from "./support/raw.ts";
import { fileScope } from "./support/scope.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";

const t = fileScope();
let upstream: Upstream;
let proxy: RunningProxy;

before(async () => {
  upstream = await startUpstream(t);
  const to = `http://localhost:${upstream.port}`;
  proxy = await startProxy(t, {
    allow: [`localhost:${upstream.port}`, { host: "127.0.0.1", ports: [upstream.port], paths: ["/**"] }],
    routes: { "http://server.test/": to, "http://below.test/": `${to}/base`, "http://part.test/api": to },
  });
});

beforeEach(() => upstream.reset());

const options = (target: string) => `OPTIONS ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
const authority = () => `localhost:${upstream.port}`;

for (const [name, target, sent] of [
  ["no path", () => `http://${authority()}`, "*"],
  ["a slash", () => `http://${authority()}/`, "/"],
  ["a query and no path", () => `http://${authority()}?a=b`, "/?a=b"],
  ["no path, over a route to a server", () => "http://server.test", "*"],
  ["no path, over a route to a path of a server", () => "http://below.test", "/base"],
] as const) {
  test(`OPTIONS with ${name} is sent as OPTIONS ${sent}`, async () => {
    assert.equal(statusOf(await exchange(proxy.port, options(target()))), 200);
    assert.equal(upstream.received().split("\r\n")[0], `OPTIONS ${sent} HTTP/1.1`);
    assert.match(upstream.received(), new RegExp(`\\r\\nHost: ${authority()}\\r\\n`));
  });
}

test("other methods without a path ask for /", async () => {
  const text = await exchange(proxy.port, options(`http://${authority()}`).replace("OPTIONS", "GET"));
  assert.equal(statusOf(text), 200);
  assert.match(upstream.received(), /^GET \/ HTTP/);
});

test("a rule about paths does not grant it, nor does a route for a part of a server", async () => {
  for (const target of [`http://127.0.0.1:${upstream.port}`, "http://part.test"]) {
    const text = await exchange(proxy.port, options(target));
    assert.equal(statusOf(text), 403);
    assert.match(reasonOf(text) ?? "", target.includes("part") ? /^host_not_allowed$/ : /^path_not_allowed$/);
  }
  assert.equal(upstream.received(), "");
});

test("as a target of its own it is refused: nothing is routed by Host", async () => {
  assert.equal(statusOf(await exchange(proxy.port, options("*"))), 400);
});
