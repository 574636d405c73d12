// Start, reload, limits and the end of the process.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { atEnd } from "../harness/at-end.ts";
import { eventually } from "../harness/eventually.ts";
import { get, request } from "../harness/http.ts";
import { freePort } from "../harness/ports.ts";
import { runTool } from "../harness/tool.ts";
import { startProxy } from "./support/proxy.ts";
import { exchange, RawClient, statusOf } from "./support/raw.ts";
import { answering, startUpstream } from "./support/upstream.ts";

const ESTABLISHED = "HTTP/1.1 200 Connection established\r\n\r\n";
const plain = (port: number, fields = "Connection: close\r\n") =>
  `GET http://localhost:${port}/ HTTP/1.1\r\nHost: x\r\n${fields}\r\n`;

test("a denial speaks in the status line, in Proxy-Status, in JSON, in the log and in the metrics", async (t) => {
  const proxy = await startProxy(t, {}, { ownAudit: true });
  const answer = await request(`http://127.0.0.1:${proxy.port}`, {
    path: "http://evil.test:8080/a?b",
    headers: { Host: "x" },
  });
  assert.equal(answer.status, 403);
  assert.equal(answer.phrase, "Egress denied: host_not_allowed evil.test:8080");
  assert.equal(answer.headers["proxy-status"], 'outrigger; error=http_request_denied; details="host_not_allowed"');
  const body = JSON.parse(answer.body) as Record<string, unknown>;
  assert.deepEqual(Object.keys(body), ["error", "host", "port", "reason", "hint"]);
  assert.deepEqual(
    { ...body, hint: "" },
    { error: "egress denied", host: "evil.test", port: 8080, reason: "host_not_allowed", hint: "" },
  );
  assert.match(String(body.hint), /egress:\n {2}allow:\n {4}- "evil\.test:8080"$/);
  const [record] = await eventually(() => {
    assert.equal(proxy.audit().length, 1);
    return proxy.audit();
  });
  assert.equal(record?.verdict, "denied");
  assert.equal(record?.path, undefined, "the path is for audit: all");
  assert.match(
    await proxy.metrics(),
    /outrigger_egress_decisions_total\{verdict="denied",reason="host_not_allowed",kind="http"\} 1/,
  );
});

test("a status line has 200 bytes at most, however long the host is", async (t) => {
  const proxy = await startProxy(t, {});
  const host = `${`${"a".repeat(49)}.`.repeat(4)}test`;
  for (const request of [plain(81).replace("localhost", host), `CONNECT ${host}:443 HTTP/1.0\r\n\r\n`]) {
    const [line = ""] = (await exchange(proxy.port, request)).split("\r\n");
    assert.match(line, /^HTTP\/1\.1 403 Egress denied: host_not_allowed a{49}\./);
    assert.equal(line.length, 200);
  }
});

test("blockedStatus 200 is an empty answer to plain requests only", async (t) => {
  const proxy = await startProxy(t, { blockedStatus: 200 });
  assert.match(await exchange(proxy.port, plain(81)), /^HTTP\/1\.1 200 OK\r\n.*Content-Length: 0\r\n.*\r\n\r\n$/s);
  const client = new RawClient(proxy.port).send("CONNECT evil.test:443 HTTP/1.1\r\nHost: x\r\n\r\n");
  await client.until("HTTP/1.1 403 Egress denied");
  client.socket.destroy();
  for (const rest of ["Connection: close\r\n\r\n", "\r\nearly bytes"]) {
    const text = await exchange(proxy.port, `CONNECT evil.test:443 HTTP/1.1\r\nHost: x\r\n${rest}`);
    assert.match(text, /^HTTP\/1\.1 403 Egress denied/);
  }
  assert.equal(statusOf(await exchange(proxy.port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")), 400, "no denial");
});

test("report lets pass and says what enforce would deny", async (t) => {
  const upstream = await startUpstream(t, undefined, { host: "127.0.0.1" });
  const proxy = await startProxy(t, { mode: "report", guard: { allow: ["127.0.0.0/8"] } });
  assert.equal(statusOf(await exchange(proxy.port, plain(upstream.port))), 200);
  const [record] = await eventually(() => {
    assert.equal(proxy.audit().length, 1);
    return proxy.audit();
  });
  assert.equal(record?.verdict, "allowed");
  assert.equal(record?.wouldDeny, true);
  assert.equal(record?.reason, "host_not_allowed");
  assert.match(proxy.tool.stderr, /guard\.allow lifts 127\.0\.0\.0\/8/);
});

test("a reload decides new requests on kept connections, and leaves open tunnels alone", async (t) => {
  const upstream = await startUpstream(t);
  const proxy = await startProxy(t, { allow: [`localhost:${upstream.port}`] });
  const tunnel = new RawClient(proxy.port).send(`CONNECT localhost:${upstream.port} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await tunnel.until(ESTABLISHED);
  const kept = new RawClient(proxy.port).send(plain(upstream.port, ""));
  await kept.until("upstream");
  await proxy.reload({ allow: [] });
  await kept.send(plain(upstream.port, "")).until("403 Egress denied");
  await tunnel.send("GET / HTTP/1.1\r\n\r\n").until("upstream");
  tunnel.socket.destroy();
  kept.socket.destroy();
});

test("a bad file, an empty file and a lost section leave the last good rules in force", async (t) => {
  const upstream = await startUpstream(t);
  const proxy = await startProxy(t, { allow: [`localhost:${upstream.port}`] });
  for (const bad of ["egress: { allow: [", "", "logs: { files: [/x] }", 'egress: { allow: ["*"] }']) {
    await proxy.reload(bad);
    assert.equal(statusOf(await exchange(proxy.port, plain(upstream.port))), 200);
    assert.equal(statusOf(await exchange(proxy.port, plain(81))), 403);
    assert.match(await proxy.metrics(), /outrigger_config_last_reload_successful 0/);
  }
});

test("SIGTERM without work ends at once with 0", async (t) => {
  const proxy = await startProxy(t, {});
  const idle = new RawClient(proxy.port);
  await eventually(async () => assert.match(await proxy.metrics(), /connections\{side="client"\} 1/));
  assert.deepEqual(await proxy.tool.stop(), { code: 0, signal: null });
  await idle.closed;
});

test("SIGTERM lets a download finish, serves new requests meanwhile, then ends with 0", async (t) => {
  let answer = () => {};
  const upstream = await startUpstream(t, (socket, received, chunk) => {
    if (!received.includes("/slow")) return answering("quick")(socket, received, chunk);
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
    answer = () => socket.write("world");
  });
  const proxy = await startProxy(t, { allow: [`localhost:${upstream.port}`] });
  const slow = new RawClient(proxy.port).send(
    plain(upstream.port).replace(`${upstream.port}/`, `${upstream.port}/slow`),
  );
  await slow.until("hello");
  proxy.tool.signal("SIGTERM");
  await proxy.tool.waitFor("stopping", { on: "stderr" });
  assert.match(await exchange(proxy.port, plain(upstream.port)), /quick$/);
  answer();
  assert.match(await slow.end(), /helloworld$/);
  assert.deepEqual(await proxy.tool.exited, { code: 0, signal: null });
});

test("a tunnel that never ends is cut after drainTimeout, still with 0", async (t) => {
  const upstream = await startUpstream(t);
  const proxy = await startProxy(t, { allow: [`localhost:${upstream.port}`], drainTimeout: "200ms" });
  const tunnel = new RawClient(proxy.port).send(`CONNECT localhost:${upstream.port} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await tunnel.until(ESTABLISHED);
  assert.deepEqual(await proxy.tool.stop(), { code: 0, signal: null });
  await tunnel.closed;
});

test("a slow head is 408 after timeouts.headers, however steadily it drips", async (t) => {
  const proxy = await startProxy(t, { timeouts: { headers: "300ms" } });
  const client = new RawClient(proxy.port).send("GET http://a.test/ HTTP/1.1\r\n");
  const drip = setInterval(() => client.send("A: b\r\n"), 50);
  const text = await client.end();
  clearInterval(drip);
  assert.match(text, /^HTTP\/1\.1 408 .*error=http_request_error/s);
});

test("a head that is complete only after timeouts.headers is 408, whenever its connection began", async (t) => {
  const proxy = await startProxy(t, { timeouts: { headers: "500ms" } });
  const clients: RawClient[] = [];
  for (let begun = 0; begun < 5; begun++) {
    clients.push(new RawClient(proxy.port).send("GET http://a.test/ HTTP/1.1\r\n"));
    await sleep(100);
  }
  await Promise.all(
    clients.map(async (client, index) => {
      await sleep(100 * index + 150);
      client.send("Host: x\r\nConnection: close\r\n\r\n");
      assert.match(await client.end(), /^HTTP\/1\.1 408 /);
    }),
  );
});

test("above limits.connections: 503 with Retry-After, and those before go on", async (t) => {
  const proxy = await startProxy(t, { limits: { connections: 2 } });
  const kept = [new RawClient(proxy.port), new RawClient(proxy.port)];
  await eventually(async () => assert.match(await proxy.metrics(), /connections\{side="client"\} 2/));
  const text = await new RawClient(proxy.port).end();
  assert.match(text, /^HTTP\/1\.1 503 .*error=connection_limit_reached.*Retry-After: /s);
  await kept[0]!.send(plain(81, "")).until("403 Egress denied");
  for (const client of kept) client.socket.destroy();
  await eventually(async () => {
    assert.equal(statusOf(await exchange(proxy.port, plain(81))), 403);
  });
});

test("a connection above the limit is no denial: counted as 503, recorded with audit: all only, for HTTP and tcp alike", async (t) => {
  const tcp = await freePort("127.0.0.1");
  const config = {
    limits: { connections: 1 },
    timeouts: { headers: "10m" },
    routes: { [`tcp://127.0.0.1:${tcp}`]: "localhost:1" },
  };
  const proxy = await startProxy(t, config, { ownAudit: true });
  const kept = new RawClient(proxy.port);
  atEnd(t, () => kept.socket.destroy());
  await eventually(async () => assert.match(await proxy.metrics(), /connections\{side="client"\} 1/), { ms: 15_000 });
  const overflow = async () => {
    assert.equal(statusOf(await new RawClient(proxy.port).end()), 503);
    assert.equal(await new RawClient(tcp).end(), "");
  };
  await overflow();
  await eventually(
    async () => {
      const metrics = await proxy.metrics();
      assert.match(metrics, /outrigger_egress_requests_total\{rule="",code="503"\} 2/);
      assert.doesNotMatch(metrics, /outrigger_egress_decisions_total\{/);
    },
    { ms: 15_000 },
  );
  assert.deepEqual(proxy.audit(), []);

  await proxy.reload({ ...config, audit: "all" });
  await overflow();
  const records = await eventually(
    () => {
      const found = proxy.audit();
      assert.equal(found.length, 2);
      return found;
    },
    { ms: 15_000 },
  );
  assert.deepEqual(records.map(({ method }) => method).sort(), ["", "TCP"]);
  for (const { status, error, level } of records) {
    assert.deepEqual([status, error, level], [503, "connection_limit_reached", "info"]);
  }
});

test("a port in use is exit 1 and names the address and the key", async (t) => {
  const upstream = await startUpstream(t);
  const { code, stderr } = await runTool("egress-proxy", [
    "--listen",
    `127.0.0.1:${upstream.port}`,
    "--set",
    "egress.admin.port=0",
  ]);
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`127\\.0\\.0\\.1:${upstream.port} \\(egress\\.listen\\)`));
});

test("configuration errors are all reported, with what to write instead; exit 2", async () => {
  const bad = ["*", "*.", "a.*.test", "*x", "http://a.test/", "2130706433", "127.1", "a..b", "a:0", "a:99999", "a b"];
  const { code, stderr } = await runTool("egress-proxy", ["--check", ...bad.flatMap((rule) => ["--allow", rule])]);
  assert.equal(code, 2);
  for (let index = 0; index < bad.length; index++)
    assert.match(stderr, new RegExp(`egress\\.allow\\[${index}\\]`), bad[index]);
});

test("values that would never have an effect are errors", async () => {
  for (const [setting, message] of [
    ['egress.guard.deny=["::ffff:10.0.0.0/104"]', /write 10\.0\.0\.0\/8/],
    ['egress.guard.allow=["::ffff:0:127.0.0.1"]', /write 127\.0\.0\.1\/32/],
    ["egress.dns.servers=[127.0.0.1:99999]", /must be address:port/],
    ['egress.allow=[{ host: a.test, paths: ["/a/../b"] }]', /matches nothing/],
  ] as const) {
    const { code, stderr } = await runTool("egress-proxy", ["--check", "--set", setting]);
    assert.equal(code, 2, setting);
    assert.match(stderr, message);
  }
});

test("the command line sets rules, routes, address and mode; explain uses the same rules", async (t) => {
  const upstream = await startUpstream(t);
  const port = await freePort();
  const rules = [
    "--allow",
    `localhost:${upstream.port}`,
    "--route",
    `http://local/api=http://localhost:${upstream.port}/base`,
  ];
  const proxy = await startProxy(t, {}, { args: [...rules, "--listen", `127.0.0.1:${port}`] });
  assert.equal(statusOf(await exchange(port, plain(upstream.port))), 200);
  await exchange(port, "GET http://local/api/x?y HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  assert.match(upstream.received(), /GET \/base\/x\?y HTTP\/1\.1\r\nHost: localhost:\d+\r\n/);
  assert.equal((await get(`http://127.0.0.1:${proxy.adminPort}/readyz`)).status, 200);

  for (const [url, code, first] of [
    [`http://localhost:${upstream.port}/x`, 0, /^allowed localhost:\d+\n/],
    ["http://local/api", 0, /^allowed localhost:\d+\nroute http:\/\/local\/api/],
    ["http://localhost:81/", 1, /^denied localhost:81: port_not_allowed\n/],
    ["https://evil.test/", 1, /^denied evil\.test:443: host_not_allowed\n/],
    ["http://a@b/", 1, /^denied http:\/\/a@b\/: userinfo\n/],
  ] as const) {
    const explained = await runTool("egress-proxy", ["explain", url, ...rules]);
    assert.equal(explained.code, code, explained.stderr);
    assert.match(explained.stdout, first);
  }
});

test("explain knows the ports that the proxy would have, however they are spelled", async () => {
  for (const ports of [
    ["--listen", "localhost:1"],
    ["--listen", ":1"],
    ["--route", "http://localhost:1/x=http://svc.test"],
    ["--set", "egress.admin.port=1"],
  ]) {
    const { code, stdout } = await runTool("egress-proxy", [
      "explain",
      "http://127.0.0.1:1/",
      "--allow",
      "127.0.0.1:1",
      ...ports,
    ]);
    assert.equal(code, 1, ports.join(" "));
    assert.match(stdout, /^denied 127\.0\.0\.1:1: proxy_loop\n/);
  }
});
