// The ports of routes: what they share, and how a reload changes them.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { get } from "../harness/http.ts";
import { freePort } from "../harness/ports.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { runTool } from "../harness/tool.ts";
import { startProxy } from "./support/proxy.ts";
import { exchange, RawClient, statusOf } from "./support/raw.ts";
import { accepted, startUpstream } from "./support/upstream.ts";

const ask = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;

test("prefixes under localhost and under its address share one listener", async (t) => {
  const upstream = await startUpstream(t);
  const port = await freePort("127.0.0.1");
  await startProxy(t, {
    routes: {
      [`http://localhost:${port}/a`]: `http://localhost:${upstream.port}/one`,
      [`http://127.0.0.1:${port}/b`]: `http://localhost:${upstream.port}/two`,
    },
  });
  for (const path of ["/a", "/b"]) assert.equal(statusOf(await exchange(port, ask(path))), 200, path);
});

test("another spelling of the same address takes a listener over", async (t) => {
  const upstream = await startUpstream(t);
  const [port, tcp] = [await freePort("127.0.0.1"), await freePort("127.0.0.1")];
  const to = `localhost:${upstream.port}`;
  const routes = (host: string, slash: string) => ({
    [`http://${host}:${port}${slash}`]: `http://${to}`,
    [`tcp://${host}:${tcp}${slash}`]: to,
  });
  const proxy = await startProxy(t, { routes: routes("localhost", "") });
  for (const next of [routes("127.0.0.1", "/"), routes("127.0.0.1", ""), routes("localhost", "/")]) {
    await proxy.reload({ routes: next });
    for (const one of [port, tcp]) {
      const client = new RawClient(one).send(ask("/"));
      client.socket.end();
      assert.equal(statusOf(await client.end()), 200, `${Object.keys(next)} on ${one}`);
    }
  }
});

test("a port that is to speak another protocol does so from the reload on; connections open before go on", async (t) => {
  const upstream = await startUpstream(t, (socket, _received, chunk) => socket.write(chunk));
  const port = await freePort("127.0.0.1");
  const to = `localhost:${upstream.port}`;
  const proxy = await startProxy(t, { routes: { [`tcp://127.0.0.1:${port}`]: to } });
  const before = new RawClient(port).send("before");
  await before.until("before");
  await proxy.reload({ routes: { [`http://127.0.0.1:${port}/a`]: `http://${to}` } });
  assert.equal(statusOf(await exchange(port, ask("/other"))), 403);
  await before.send(" after").until("before after");
  before.socket.destroy();
  await proxy.reload({ routes: { [`tcp://127.0.0.1:${port}`]: to } });
  const client = new RawClient(port).send("again");
  await client.until("again");
  client.socket.destroy();
});

test("the proxy port moves from one address to all of them", async (t) => {
  const upstream = await startUpstream(t);
  const proxy = await startProxy(t, { allow: [`localhost:${upstream.port}`] });
  await proxy.reload({ listen: `0.0.0.0:${proxy.port}`, allow: [`localhost:${upstream.port}`] });
  const client = new RawClient(proxy.port, "127.0.0.7").send(ask(`http://localhost:${upstream.port}/`));
  assert.equal(statusOf(await client.end()), 200);
});

test("a listener that cannot be replaced stays", async (t) => {
  const upstream = await startUpstream(t, (socket, _received, chunk) => socket.write(chunk));
  const port = await freePort("127.0.0.1");
  const to = `localhost:${upstream.port}`;
  const proxy = await startProxy(t, { routes: { [`tcp://127.0.0.1:${port}`]: to } });
  const certificate = { cert: "/missing/cert.pem", key: "/missing/key.pem" };
  await proxy.reload({ routes: { [`https://127.0.0.1:${port}`]: { upstreams: [`http://${to}`], certificate } } });
  assert.match((await get(`http://127.0.0.1:${proxy.adminPort}/metrics`)).body, /reload_successful 0/);
  const client = new RawClient(port).send("still");
  await client.until("still");
  await eventually(() => assert.equal(upstream.connections.length, 1));
  (await accepted(upstream)).destroy();
  await client.closed;
});

for (const [name, lines, problem] of [
  [
    "routes that need one port for two protocols",
    [
      "  routes:",
      "    http://127.0.0.1:8443/: http://a.test",
      "    https://127.0.0.1:8443/b:",
      "      upstreams: [http://a.test]",
      "      certificate: { cert: a.crt, key: a.key }",
    ],
    /outrigger\.yaml:5:7: .*https:\/\/127\.0\.0\.1:8443\/b.* needs port 8443 of http:\/\/127\.0\.0\.1:8443\//,
  ],
  [
    "a route on the proxy's own port",
    ["  routes: { 'http://localhost:1080/': 'http://a.test' }"],
    /outrigger\.yaml:2:39: .*http:\/\/localhost:1080\/.* needs port 1080 of egress\.listen/,
  ],
  [
    "an admin port that is the proxy's",
    ["  listen: 127.0.0.1:9000", "  admin:", "    port: 9000"],
    /outrigger\.yaml:4:11: egress\.admin\.port: needs port 9000 of egress\.listen/,
  ],
] as const) {
  test(`${name} is a mistake in the configuration, and both are named`, async (t) => {
    const file = path.join(temporaryDirectory(t), "outrigger.yaml");
    writeFileSync(file, ["egress:", ...lines].join("\n"));
    for (const args of [["--check"], []]) {
      const { code, stderr } = await runTool("egress-proxy", ["--config", file, ...args]);
      assert.equal(code, 2, stderr);
      assert.match(stderr, problem);
    }
  });
}
