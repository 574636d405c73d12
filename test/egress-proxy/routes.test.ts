// Routes: local URLs that stand for remote services.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { get, request } from "../harness/http.ts";
import { freePort } from "../harness/ports.ts";
import { startDns } from "./support/dns.ts";
import { type RunningProxy, startProxy } from "./support/proxy.ts";
import { exchange, RawClient, reasonOf, statusOf } from "./support/raw.ts";
import { fileScope } from "./support/scope.ts";
import { accepted, answering, type Reaction, startUpstream, type Upstream } from "./support/upstream.ts";

const ask = (target: string, fields = "") =>
  `GET ${target} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n${fields}\r\n`;
const failing: Reaction = (socket) => socket.write("HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy");

test("a route matches at a segment boundary, longest prefix first, before rules; rest and query are carried over", async (t) => {
  const upstream = await startUpstream(t);
  const base = `http://localhost:${upstream.port}`;
  const proxy = await startProxy(t, {
    routes: {
      "http://localhost/api": `${base}/one/two`,
      "http://localhost/api/deep/": `${base}/deep`,
      "http://svc.test/": base,
    },
  });
  const rows: [string, string][] = [
    ["http://localhost/api", "/one/two"],
    ["http://localhost/api/", "/one/two/"],
    ["http://localhost/api?q=1", "/one/two?q=1"],
    ["http://localhost/api/x/y?q", "/one/two/x/y?q"],
    ["http://LOCALHOST.:80/api/%41", "/one/two/%41"],
    ["http://localhost/api/deep", "/deep"],
    ["http://localhost/api/deep/er", "/deep/er"],
    ["http://svc.test", "/"],
    ["http://svc.test/a", "/a"],
  ];
  for (const [target, path] of rows) {
    upstream.reset();
    assert.equal(statusOf(await exchange(proxy.port, ask(target))), 200, target);
    assert.equal(upstream.received().split(" ")[1], path, target);
    assert.match(upstream.received(), new RegExp(`\\r\\nHost: localhost:${upstream.port}\\r\\n`));
  }
  upstream.reset();
  for (const target of [
    "http://localhost/apix",
    "http://localhost/",
    "http://localhost/API",
    "http://localhost:81/api",
  ]) {
    assert.equal(statusOf(await exchange(proxy.port, ask(target))), 403, target);
  }
  assert.equal(upstream.received(), "");
});

test("a host that a route and a rule name goes by the route, and by the rule outside the route's path", async (t) => {
  const [routed, direct] = [await startUpstream(t, answering("routed")), await startUpstream(t, answering("direct"))];
  const dns = await startDns(t, { "svc.example.test": { addresses: ["127.0.0.1"] } });
  const proxy = await startProxy(t, {
    dns: { servers: [dns.address] },
    allow: [{ host: "svc.example.test", ports: [direct.port], resolvesTo: ["127.0.0.0/8"] }],
    routes: { [`http://svc.example.test:${direct.port}/api`]: `http://127.0.0.1:${routed.port}` },
  });
  for (const [path, body] of [
    ["/api/x", "routed"],
    ["/apix", "direct"],
  ]) {
    const answer = await exchange(proxy.port, ask(`http://svc.example.test:${direct.port}${path}`));
    assert.equal(answer.split("\r\n\r\n")[1], body, path);
  }
});

const scope = fileScope();
let shared: { upstream: Upstream; proxy: RunningProxy };
before(async () => {
  const upstream = await startUpstream(scope);
  const routes = { "http://localhost/api": `http://localhost:${upstream.port}` };
  shared = { upstream, proxy: await startProxy(scope, { routes }) };
});

for (const path of [
  "/api/../admin",
  "/api/./x",
  "/api/%2e%2e/admin",
  "/api/.%2E/admin",
  "/api/..;/admin",
  "/api/..%3b/admin",
  "/api/%252e%252e/admin",
  "/api/%c0%ae%c0%ae/admin",
  "/api/a%2fb",
  "/api/a%5cb",
  "/api/a%00b",
  "/api/a%252fb",
  "/api//admin",
]) {
  test(`a path that servers read differently is refused on a route: ${path}`, async () => {
    const text = await exchange(shared.proxy.port, ask(`http://localhost${path}`));
    assert.equal(statusOf(text), 403);
    assert.equal(reasonOf(text), "path_not_allowed");
    assert.equal(shared.upstream.connections.length, 0);
  });
}

test("a port of its own takes origin form, with any Host; it is no proxy", async (t) => {
  const upstream = await startUpstream(t);
  const [port, port6] = [await freePort("127.0.0.1"), await freePort("127.0.0.1")];
  const proxy = await startProxy(t, {
    routes: {
      [`http://127.0.0.1:${port}/a`]: `http://localhost:${upstream.port}/one`,
      [`http://127.0.0.1:${port}/b`]: `http://localhost:${upstream.port}/two`,
      [`http://localhost:${port6}`]: `http://localhost:${upstream.port}`,
    },
  });
  assert.equal(statusOf(await exchange(port, ask("/a/x"))), 200);
  assert.match(upstream.received(), /^GET \/one\/x HTTP\/1\.1\r\nHost: localhost:/);
  assert.equal(statusOf(await exchange(port, ask("/b"))), 200);
  assert.equal(reasonOf(await exchange(port, ask("/c"))), "path_not_allowed");
  for (const target of ["http://127.0.0.1/a", "//127.0.0.1/a", "a", "*", "/a#b"]) {
    assert.equal(statusOf(await exchange(port, ask(target))), 400, target);
  }
  assert.equal(statusOf(await exchange(port, ask(`/a/${"b".repeat(16_400)}`))), 414);
  assert.equal(statusOf(await exchange(port, "CONNECT a.test:443 HTTP/1.1\r\nHost: x\r\n\r\n")), 400);
  assert.equal(statusOf(await exchange(port6, ask("/"))), 200);
  assert.equal(
    statusOf(await exchange(proxy.port, ask(`http://127.0.0.1:${port}/a`))),
    200,
    "the proxy port knows it too",
  );
  assert.doesNotMatch(upstream.received(), /x-forwarded/i);
});

test("on all addresses the client's Host is kept and X-Forwarded fields are added", async (t) => {
  const upstream = await startUpstream(t);
  const port = await freePort();
  await startProxy(t, { routes: { [`http://0.0.0.0:${port}/`]: `http://localhost:${upstream.port}` } });
  const forged = "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: gopher\r\nX-Forwarded-Host: evil.test\r\n";
  await exchange(port, ask("/", forged));
  assert.match(upstream.received(), /^GET \/ HTTP\/1\.1\r\nHost: a\.test\r\n/);
  assert.match(upstream.received(), /\r\nX-Forwarded-For: 1\.2\.3\.4, 127\.0\.0\.1\r\n/);
  assert.match(upstream.received(), /\r\nX-Forwarded-Proto: http\r\n/);
  assert.match(upstream.received(), /\r\nX-Forwarded-Host: a\.test\r\n/);
  assert.doesNotMatch(upstream.received(), /gopher|evil/);
});

test("X-Forwarded fields that a route or Connection removes count from here on, those that it sets are the only ones", async (t) => {
  const upstream = await startUpstream(t);
  const port = await freePort();
  const upstreams = [`http://localhost:${upstream.port}`];
  await startProxy(t, {
    routes: {
      [`http://0.0.0.0:${port}/`]: { upstreams, headers: { remove: ["x-forwarded-for"] } },
      [`http://0.0.0.0:${port}/set`]: { upstreams, headers: { set: { "x-forwarded-proto": "https" } } },
    },
  });
  const forged = "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: gopher\r\n";
  const forwarded = async (path: string, fields = "") => {
    upstream.reset();
    await exchange(port, ask(path, forged + fields));
    return upstream.received().match(/^x-forwarded-(?:for|proto): .+(?=\r)/gim);
  };
  assert.deepEqual(await forwarded("/"), ["X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: http"]);
  assert.deepEqual(await forwarded("/set"), ["X-Forwarded-For: 1.2.3.4, 127.0.0.1", "x-forwarded-proto: https"]);
  const named = await forwarded("/set", "Connection: x-forwarded-for\r\n");
  assert.deepEqual(named, ["X-Forwarded-For: 127.0.0.1", "x-forwarded-proto: https"]);
});

test("fields are removed, then set; a secret shows up nowhere else", async (t) => {
  const upstream = await startUpstream(t);
  const proxy = await startProxy(t, {
    routes: {
      "http://svc.test/": {
        upstreams: [`http://localhost:${upstream.port}`],
        headers: { set: { Authorization: "very-secret-token" }, remove: ["X-Gone", "authorization"] },
      },
    },
    audit: "all",
  });
  await exchange(
    proxy.port,
    ask("http://svc.test/", "Authorization: mine\r\nx-gone: 1\r\nConnection: authorization\r\n"),
  );
  assert.match(upstream.received(), /\r\nAuthorization: very-secret-token\r\n/);
  assert.doesNotMatch(upstream.received(), /mine|x-gone/i);
  assert.doesNotMatch(proxy.tool.stderr + (await proxy.metrics()), /very-secret/);
});

test("a field that a route sets is the only one of its name, in any case, Host included", async (t) => {
  const upstream = await startUpstream(t);
  const headers = { set: { "X-Set": "ours", HOST: "named.test" } };
  const proxy = await startProxy(t, {
    routes: { "http://svc.test/": { upstreams: [`http://localhost:${upstream.port}`], headers } },
  });
  await exchange(proxy.port, ask("http://svc.test/", "x-SET: theirs\r\n"));
  const lines = upstream.received().split("\r\n");
  assert.deepEqual(
    lines.filter((line) => /^(x-set|host):/i.test(line)),
    ["Host: named.test", "X-Set: ours"],
  );
});

test("what a route removes or sets does not come back in a trailer", async (t) => {
  const upstream = await startUpstream(t, (socket, received) => {
    if (received.includes("0\r\n")) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  const upstreams = [`http://localhost:${upstream.port}`];
  const headers = { set: { "X-Role": "reader" }, remove: ["x-gone"] };
  const proxy = await startProxy(t, { routes: { "http://svc.test/": { upstreams, headers } } });
  const body = "1\r\na\r\n0\r\nX-Gone: 1\r\nX-Sum: 2\r\nx-role: admin\r\n\r\n";
  const head = "POST http://svc.test/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
  assert.equal(statusOf(await exchange(proxy.port, head + body)), 200);
  assert.match(upstream.received(), /\r\nX-Role: reader\r\n(?:.*\r\n)+\r\n1\r\na\r\n0\r\nX-Sum: 2\r\n\r\n$/);
});

test("round-robin takes turns; the hash of path and query always meets the same server", async (t) => {
  const servers = await Promise.all(["a", "b", "c"].map((name) => startUpstream(t, answering(name))));
  const upstreams = servers.map(({ port }) => `http://localhost:${port}`);
  const proxy = await startProxy(t, {
    routes: { "http://turns.test/": { upstreams }, "http://hash.test/": { upstreams, balance: "hash" } },
  });
  const body = async (url: string) => (await exchange(proxy.port, ask(url))).slice(-1);
  const seen = [];
  for (let index = 0; index < 6; index++) seen.push(await body("http://turns.test/"));
  assert.equal(seen.join(""), "abcabc");
  const spread = new Set<string>();
  for (let index = 0; index < 20; index++) {
    const first = await body(`http://hash.test/${index}`);
    assert.equal(await body(`http://hash.test/${index}`), first);
    spread.add(first);
  }
  assert.equal(spread.size, 3);
});

test("a GET is tried again on 503 at another server, a POST is not; the last answer passes when all fail", async (t) => {
  const bad = await startUpstream(t, failing);
  const good = await startUpstream(t, answering("good"));
  const list = (...ports: number[]) => ports.map((port) => `http://localhost:${port}`);
  const proxy = await startProxy(t, {
    routes: {
      "http://mixed.test/": { upstreams: list(bad.port, good.port), retries: { attempts: 1 } },
      "http://bad.test/": { upstreams: list(bad.port), retries: { attempts: 2 } },
      "http://once.test/": { upstreams: list(bad.port) },
    },
  });
  for (let index = 0; index < 4; index++) assert.match(await exchange(proxy.port, ask("http://mixed.test/")), /good$/);
  assert.match(await proxy.metrics(), /route_retries_total\{route="http:\/\/mixed\.test\/"\} 2/);
  bad.reset();
  assert.match(await exchange(proxy.port, ask("http://bad.test/")), /^HTTP\/1\.1 503 Busy\r\n.*busy$/s);
  assert.equal(bad.received().match(/GET/g)?.length, 3);
  bad.reset();
  for (const [method, body] of [
    ["POST", "ab"],
    ["PUT", "ab"],
    ["POST", ""],
  ] as const) {
    bad.reset();
    const request = ask("http://bad.test/").replace("GET", method);
    await exchange(proxy.port, request.replace("\r\n\r\n", `\r\nContent-Length: ${body.length}\r\n\r\n${body}`));
    assert.equal(bad.received().match(/POST|PUT/g)?.length, 1, method);
  }
  bad.reset();
  assert.equal(statusOf(await exchange(proxy.port, ask("http://once.test/"))), 503);
  assert.equal(bad.received().match(/GET/g)?.length, 1);
});

test("an empty body is none: a PUT or DELETE that says so is tried again", async (t) => {
  const bad = await startUpstream(t, failing);
  const good = await startUpstream(t, answering("good"));
  const upstreams = [bad, good].map(({ port }) => `http://localhost:${port}`);
  const proxy = await startProxy(t, { routes: { "http://svc.test/": { upstreams, retries: { attempts: 1 } } } });
  for (const method of ["PUT", "PUT", "DELETE", "DELETE"]) {
    const text = await exchange(proxy.port, ask("http://svc.test/", "Content-Length: 0\r\n").replace("GET", method));
    assert.match(text, /good$/);
  }
});

test("a server that does not listen is replaced for any method, body included", async (t) => {
  const good = await startUpstream(t, (socket, received) => {
    if (received.endsWith("hello")) answering("good")(socket, received, Buffer.from("\r\n\r\n"));
  });
  const upstreams = ["http://localhost:1", `http://localhost:${good.port}`];
  const proxy = await startProxy(t, { routes: { "http://svc.test/": { upstreams, retries: { attempts: 1 } } } });
  for (let index = 0; index < 4; index++) {
    const post = ask("http://svc.test/", "Content-Length: 5\r\n").replace("GET", "POST");
    assert.match(await exchange(proxy.port, `${post}hello`), /good$/);
  }
});

test("retries stop when their budget is used up", async (t) => {
  const bad = await startUpstream(t, failing);
  const upstreams = [`http://localhost:${bad.port}`];
  const proxy = await startProxy(t, {
    routes: { "http://svc.test/": { upstreams, retries: { attempts: 5, budget: "0%" } } },
  });
  for (let index = 0; index < 10; index++) await exchange(proxy.port, ask("http://svc.test/"));
  // Ten requests, and the floor of ten retries.
  assert.equal(bad.received().match(/GET/g)?.length, 20);
});

test("a route's time-out is 504 and ends the upstream request", async (t) => {
  const silent = await startUpstream(t, () => {});
  const proxy = await startProxy(t, {
    routes: { "http://svc.test/": { upstreams: [`http://localhost:${silent.port}`], timeout: "200ms" } },
  });
  const text = await exchange(proxy.port, ask("http://svc.test/"));
  assert.match(text, /^HTTP\/1\.1 504 .*error=http_response_timeout/s);
  await eventually(() => assert.ok(silent.connections[0]?.destroyed || silent.connections[0]?.readableEnded));
});

test("a failing server is left alone, comes back by one trial, and the last one is never left alone", async (t) => {
  let isFailing = true;
  const flaky = await startUpstream(t, (...event) => (isFailing ? failing : answering("flaky"))(...event));
  const good = await startUpstream(t, answering("good"));
  const upstreams = [`http://localhost:${flaky.port}`, `http://localhost:${good.port}`];
  const proxy = await startProxy(t, {
    routes: {
      "http://away.test/": { upstreams, eject: { consecutive: 2, for: "1h" } },
      "http://back.test/": { upstreams, eject: { consecutive: 2, for: "100ms" } },
      "http://single.test/": { upstreams: upstreams.slice(0, 1), eject: { consecutive: 1, maxPercent: 100 } },
    },
  });
  const answer = (name: string) => exchange(proxy.port, ask(`http://${name}.test/`));
  const ejected = async (name: string, count: number) =>
    (await proxy.metrics()).includes(`route_ejected{route="http://${name}.test/"} ${count}\n`);
  const requests = () => flaky.received().match(/GET/g)?.length ?? 0;
  for (const name of ["away", "back"]) while (!(await ejected(name, 1))) await answer(name);
  const before = requests();
  for (let index = 0; index < 4; index++) assert.match(await answer("away"), /good$/);
  assert.equal(requests(), before);
  isFailing = false;
  await eventually(async () => assert.match(await answer("back"), /flaky$/), { ms: 10_000 });
  assert.ok(await ejected("back", 0));
  isFailing = true;
  for (let index = 0; index < 3; index++) assert.equal(statusOf(await answer("single")), 503);
});

test("an upstream name is judged like a rule; an address and localhost are permitted as written", async (t) => {
  const upstream = await startUpstream(t);
  const dns = await startDns(t, { "svc.example.test": { addresses: ["127.0.0.1"] } });
  const named = `http://svc.example.test:${upstream.port}`;
  const proxy = await startProxy(t, {
    routes: {
      "http://named.test/": named,
      "http://exempt.test/": { upstreams: [named], resolvesTo: ["127.0.0.0/8"] },
      "http://literal.test/": `http://127.0.0.1:${upstream.port}`,
    },
    dns: { servers: [dns.address] },
  });
  assert.equal(reasonOf(await exchange(proxy.port, ask("http://named.test/"))), "address_prohibited");
  assert.equal(statusOf(await exchange(proxy.port, ask("http://exempt.test/"))), 200);
  assert.equal(statusOf(await exchange(proxy.port, ask("http://literal.test/"))), 200);
});

test("a ring of two proxies ends with 508", async (t) => {
  const [first, second] = [await freePort("127.0.0.1"), await freePort("127.0.0.1")];
  await startProxy(t, { routes: { [`http://127.0.0.1:${first}/`]: `http://127.0.0.1:${second}/` } });
  await startProxy(t, { routes: { [`http://127.0.0.1:${second}/`]: `http://127.0.0.1:${first}/` } });
  assert.match(await exchange(first, ask("/")), /^HTTP\/1\.1 508 .*proxy_loop_detected/s);
});

test("routes come and go with a reload; one that cannot listen changes nothing", async (t) => {
  const upstream = await startUpstream(t);
  const [first, second] = [await freePort("127.0.0.1"), await freePort("127.0.0.1")];
  const to = `http://localhost:${upstream.port}`;
  const proxy = await startProxy(t, { routes: { [`http://127.0.0.1:${first}/`]: to } });
  await proxy.reload({ routes: { [`http://127.0.0.1:${second}/`]: to } });
  assert.equal((await get(`http://127.0.0.1:${second}/`)).body, "upstream");
  await assert.rejects(get(`http://127.0.0.1:${first}/`), /ECONNREFUSED/);
  await proxy.reload({ routes: { [`http://127.0.0.1:${upstream.port}/`]: to } });
  assert.equal((await get(`http://127.0.0.1:${second}/`)).body, "upstream");
});

test("a websocket upgrade: early bytes wait for the 101, then bytes flow; another answer is an ordinary one", async (t) => {
  let isWilling = true;
  const upstream = await startUpstream(t, (socket, received, chunk) => {
    if (!received.endsWith("\r\n\r\n") && isWilling) socket.write(chunk);
    else if (isWilling) {
      socket.write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade, X-Hop\r\nX-Hop: 1\r\n" +
          "Sec-WebSocket-Accept: x\r\nContent-Length: 5\r\n\r\n",
      );
    } else socket.write("HTTP/1.1 426 No\r\nContent-Length: 2\r\n\r\nno");
  });
  const proxy = await startProxy(t, {
    allow: [`localhost:${upstream.port}`],
    routes: { "http://ws.test/": `http://localhost:${upstream.port}` },
    audit: "all",
  });
  const handshake = (url: string) =>
    `GET ${url} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Key: k\r\n\r\n`;
  for (const url of [`http://localhost:${upstream.port}/`, "http://ws.test/"]) {
    upstream.reset();
    const client = new RawClient(proxy.port).send(`${handshake(url)}early`);
    await client.until(
      /101 Switching Protocols\r\nSec-WebSocket-Accept: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n/,
    );
    await client.until("early");
    await client.send("later").until("later");
    assert.match(upstream.received(), /\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nearlylater$/);
    client.socket.destroy();
    await client.closed;
  }
  await eventually(() =>
    assert.deepEqual(
      proxy.audit().map(({ status }) => status),
      [101, 101],
      "one record each",
    ),
  );
  isWilling = false;
  upstream.reset();
  const early = `GET http://localhost:${upstream.port}/early HTTP/1.1\r\nHost: x\r\n\r\n`;
  const refused = await new RawClient(proxy.port).send(`${handshake("http://ws.test/")}${early}`).end();
  assert.match(refused, /^HTTP\/1\.1 426 No\r\n.*no$/s);
  const denied = await new RawClient(proxy.port).send(`${handshake("http://evil.test/")}${early}`).end();
  assert.match(denied, /^HTTP\/1\.1 403 .*\}\n$/s);
  assert.doesNotMatch(upstream.received(), /early/);
});

test("tcp: bytes at once both ways, a dead server is skipped, none left closes the connection", async (t) => {
  const echo = await startUpstream(t, (socket, _received, chunk) => socket.write(chunk));
  const [port, dead] = [await freePort("127.0.0.1"), await freePort("127.0.0.1")];
  const proxy = await startProxy(t, {
    routes: {
      [`tcp://127.0.0.1:${port}`]: { upstreams: ["localhost:1", `localhost:${echo.port}`] },
      [`tcp://127.0.0.1:${dead}`]: "localhost:1",
    },
    audit: "all",
  });
  for (let index = 0; index < 3; index++) {
    const client = new RawClient(port);
    (await accepted(echo, index)).write("hello ");
    await client.until("hello ");
    await client.send("PING").until("PING");
    client.socket.end();
    await client.closed;
  }
  assert.equal(await new RawClient(dead).end(), "");
  await eventually(() => assert.equal(proxy.audit().filter(({ error }) => error === "connection_refused").length, 1));
});

test("tcp: an upstream name is judged like a rule, resolvesTo included", async (t) => {
  const upstream = await startUpstream(t, (socket) => socket.write("reached"));
  const dns = await startDns(t, { "svc.example.test": { addresses: ["127.0.0.1"] } });
  const [plain, exempt] = [await freePort("127.0.0.1"), await freePort("127.0.0.1")];
  const upstreams = [`svc.example.test:${upstream.port}`];
  const proxy = await startProxy(t, {
    routes: {
      [`tcp://127.0.0.1:${plain}`]: { upstreams },
      [`tcp://127.0.0.1:${exempt}`]: { upstreams, resolvesTo: ["127.0.0.0/8"] },
    },
    dns: { servers: [dns.address] },
    audit: "all",
  });
  for (let time = 0; time < 2; time++) assert.equal(await new RawClient(plain).send("hello").end(), "");
  assert.equal(upstream.connections.length, 0);
  await eventually(() =>
    assert.deepEqual(
      proxy.audit().map(({ verdict, reason }) => [verdict, reason]),
      new Array(2).fill(["denied", "address_prohibited"]),
    ),
  );
  const client = new RawClient(exempt).send("hello");
  await client.until("reached");
  client.socket.destroy();
});

test("tcp: a connection above limits.connections is closed, and reaches nobody", async (t) => {
  const upstream = await startUpstream(t, () => {});
  const port = await freePort("127.0.0.1");
  await startProxy(t, {
    routes: { [`tcp://127.0.0.1:${port}`]: `localhost:${upstream.port}` },
    limits: { connections: 1 },
  });
  const first = new RawClient(port);
  await accepted(upstream);
  assert.equal(await new RawClient(port).end(), "");
  assert.equal(upstream.connections.length, 1);
  first.send("hello");
  await eventually(() => assert.equal(upstream.received(), "hello"));
  first.socket.destroy();
});

test("the configuration of routes is checked as a whole", async (t) => {
  const upstream = await startUpstream(t);
  const proxy = await startProxy(t, { allow: [`localhost:${upstream.port}`] });
  const to = "http://localhost:1";
  for (const [routes, message] of [
    [{ "localhost/api": to }, /must be a URL such as/],
    [{ "http://a/?q": to }, /must not have a query/],
    [{ "https://a.test/": to }, /explicit port/],
    [{ "https://127.0.0.1:1/": to }, /needs certificate/],
    [{ "http://a.test/": "a.test:80" }, /http:\/\/ or https:\/\/ URL/],
    [{ "tcp://127.0.0.1:1": to }, /must be host:port/],
    [{ "http://a.test/": { upstreams: [] } }, /at least 1/],
    [{ "http://a.test/x": to, "http://A.test:80/x/": to }, /matches the same as http:\/\/a\.test\/x/],
    [{ "http://a.test/": { upstreams: [to], headers: { set: { "Content-Length": "1" } } } }, /belongs to the proxy/],
    [
      { "http://a.test/": { upstreams: [to], headers: { set: { host: "a b" } } } },
      /set\.host: must be a host, or host:port/,
    ],
    [
      { "http://a.test/": { upstreams: [to], headers: { set: { Host: "" } } } },
      /set\.Host: must be a host, or host:port/,
    ],
    [{ "http://a.test/": { upstreams: [to], timeout: "25h" } }, /timeout: .* from 1ms to 24h/],
    [
      { "http://a.test/": { upstreams: ["https://b"], tls: { serverName: "a b" } } },
      /tls\.serverName: the host is not a name/,
    ],
    [
      { "http://a.test/": { upstreams: ["https://b"], tls: { serverName: "a:443" } } },
      /tls\.serverName: the host is not a name/,
    ],
    [{ "http://a.test/": { upstreams: [to], retries: { on: ["404"] } } }, /connect, or a status/],
    [{ "http://a.test/": { upstreams: [to], tls: { cert: "/x" } } }, /cert and key together/],
  ] as const) {
    const before = proxy.tool.stderr.length;
    await proxy.reload({ routes });
    // The refusal comes first, its reasons after it.
    await eventually(() => assert.match(proxy.tool.stderr.slice(before), message, JSON.stringify(routes)));
  }
  assert.equal(
    (await request(`http://127.0.0.1:${proxy.port}`, { path: `http://localhost:${upstream.port}/` })).status,
    200,
  );
});
