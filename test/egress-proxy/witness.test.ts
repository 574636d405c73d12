// Every test of the proxy ends with a trial: what reached a server or was asked of DNS must be explained by an audit record
// (support/witness). Here the witness itself is tested: it accuses, and no test goes around it.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { repository } from "../harness/tool.ts";
import { startDns } from "./support/dns.ts";
import { startProxy } from "./support/proxy.ts";
import { exchange, RawClient, statusOf } from "./support/raw.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";
import type { Arrival } from "./support/witness/arrivals.ts";
import { violations } from "./support/witness/judge.ts";

/** A test context whose cleanups run, in order, when told to. */
function ownScope(): Pick<TestContext, "after"> & { end(): Promise<void> } {
  const cleanups: (() => unknown)[] = [];
  return {
    after: (cleanup) => void cleanups.push(cleanup as () => unknown),
    end: async () => {
      const outcomes = await Promise.allSettled(cleanups.map(async (cleanup) => cleanup()));
      const [failed] = outcomes.filter((outcome) => outcome.status === "rejected");
      if (failed) throw failed.reason;
    },
  };
}

const accused: [string, (port: number, upstream: Upstream) => Promise<unknown>][] = [
  ["a request that no proxy was asked for", (_, upstream) => send(upstream, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n")],
  ["a second one like an allowed one", (_, upstream) => send(upstream, "GET /ok HTTP/1.1\r\nHost: x\r\n\r\n")],
  ["bytes that are no request", (_, upstream) => send(upstream, "\x00\x01\x02")],
];
for (const [name, leak] of accused) {
  test(`the witness accuses ${name}`, async () => {
    const scope = ownScope();
    const upstream = await startUpstream(scope);
    const proxy = await startProxy(scope, { allow: [`localhost:${upstream.port}`] });
    const allowed = `GET http://localhost:${upstream.port}/ok HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
    assert.equal(statusOf(await exchange(proxy.port, allowed)), 200);
    await leak(proxy.port, upstream);
    await assert.rejects(scope.end(), /no verdict allowed 127\.0\.0\.1:\d+ "/);
  });
}

async function send({ port, received }: Upstream, bytes: string): Promise<void> {
  const before = received().length;
  const socket = connect(port, "127.0.0.1").on("error", () => {});
  socket.write(bytes, "latin1");
  await eventually(() => assert.equal(received().length, before + bytes.length));
  socket.destroy();
}

test("the witness accuses a query for a name that was denied, not one for a name that was allowed", async () => {
  const scope = ownScope();
  const dns = await startDns(scope);
  const proxy = await startProxy(scope, { allow: ["good.test"], dns: { servers: [dns.address] } });
  const ask = (host: string) =>
    exchange(proxy.port, `GET http://${host}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  assert.equal(statusOf(await ask("good.test")), 502);
  assert.equal(statusOf(await ask("evil.test")), 403);
  const record = { time: "", level: "warn", tool: "", msg: "egress" };
  const denied = {
    records: [{ ...record, verdict: "denied", reason: "host_not_allowed", host: "evil.test" }],
    targets: new Map(),
  };
  assert.deepEqual(violations([], [{ name: "evil.test" }], [denied]), ["no verdict allowed a query for evil.test"]);
  await scope.end();
});

test("the witness accuses more bytes in a tunnel than the client sent, and any byte of a refused one", () => {
  const record = { time: "", level: "info", tool: "", msg: "egress", method: "CONNECT", host: "a.test", port: 443 };
  const arrival = (bytes: string) => ({ address: "127.0.0.1", port: 443, bytes }) as Arrival;
  const judge = (bytes: string, fields: object) =>
    violations([arrival(bytes)], [], [{ records: [{ ...record, ...fields }], targets: new Map() }]).length;
  assert.equal(judge("abc", { verdict: "allowed", bytesIn: 3 }), 0);
  assert.equal(judge("abcd", { verdict: "allowed", bytesIn: 3 }), 1);
  assert.equal(judge("", { verdict: "denied", reason: "sni_mismatch", bytesIn: 3 }), 0);
  assert.equal(judge("a", { verdict: "denied", reason: "sni_mismatch", bytesIn: 3 }), 1);
  assert.equal(judge("", { verdict: "denied", reason: "host_not_allowed", bytesIn: 0 }), 1);
});

test("a tunnel open at the end of a test is explained too", async (t) => {
  const upstream = await startUpstream(t, () => {});
  const proxy = await startProxy(t, { allow: [`localhost:${upstream.port}`] });
  const tunnel = new RawClient(proxy.port).send(`CONNECT localhost:${upstream.port} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await tunnel.until("200 Connection established");
  tunnel.send("hello");
  await eventually(() => assert.equal(upstream.received(), "hello"));
});

test("no test of the proxy has servers or a proxy of its own, which the witness would not see", () => {
  const files = ["test/egress-proxy", "test/system/egress-proxy", "packages/egress-proxy/test"]
    .flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: repository }))
    .filter((file) => !file.startsWith("test/egress-proxy/support/"));
  assert.ok(files.length > 15);
  for (const file of files) {
    const text = readFileSync(path.join(repository, file), "utf8");
    for (const [call] of text.matchAll(/\bcreate(?:Server|SecureServer|Socket)\(|\bstartTool\(/g)) {
      assert.fail(`${file} calls ${call}…): use startUpstream, startHttpUpstream, startDns or startProxy`);
    }
  }
});
