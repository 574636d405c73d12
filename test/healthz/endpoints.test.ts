import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { detailsOf, failureOf, startHealthz } from "./healthz.ts";
import { startTarget, status } from "./target.ts";

const REFUSED = "tcp://127.0.0.1:1";
/** Nobody listens on port 1; a busy machine needs more than the usual second to see it. */
const REFUSING = { tcp: "127.0.0.1:1", fall: 1, timeout: "10s" };
const AGGREGATES = ["/", "/healthz", "/readyz", "/livez", "/startupz"];

test("without checks every endpoint is healthy, in the contract's bytes", async (t) => {
  const healthz = await startHealthz(t, {});
  for (const path of AGGREGATES) {
    const { status, body, headers } = await healthz.get(path);
    assert.deepEqual([path, status, body], [path, 200, '{"status": "OK"}']);
    assert.equal(headers["content-type"], "application/json");
    assert.equal(headers["content-length"], "16");
    assert.equal(headers["cache-control"], "no-store");
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers.etag, undefined);
    assert.equal(headers["x-powered-by"], undefined);
  }
});

test("a failing critical check fails all but /livez; its neighbour keeps its own endpoint", async (t) => {
  const good = await startTarget(t);
  const healthz = await startHealthz(t, { checks: { good: { http: good.url, timeout: "10s" }, bad: REFUSING } });
  await healthz.until("/healthz/good", 200);
  await failureOf(healthz, "bad");
  assert.equal((await healthz.get("/healthz/bad")).status, 503);
  for (const path of ["/", "/healthz", "/readyz", "/startupz"])
    assert.equal((await healthz.get(path)).status, 503, path);
  assert.equal((await healthz.get("/livez")).status, 200);
  assert.equal((await healthz.get("/?exclude=bad")).status, 200);
  assert.equal((await healthz.get("/?exclude=dontexist")).status, 503);
  assert.equal((await healthz.get("/?exclude=bad&exclude=good")).status, 200);

  const { body } = await healthz.get("/", "text/plain");
  assert.match(body, /^\[\+\]good ok\n\[-\]bad failed: connection refused.*127\.0\.0\.1:1\nhealthz check failed\n$/);
  const excluded = await healthz.get("/?verbose&exclude=bad&exclude=no", "text/plain");
  assert.match(excluded.body, /\[\+\]bad excluded: ok\nwarn: .* no matches for "no"\nhealthz check passed\n$/);
});

test("a failing JSON answer to loopback lists every check", async (t) => {
  const healthz = await startHealthz(t, { checks: { bad: REFUSING } });
  const { body } = await healthz.until("/healthz/bad", 503);
  assert.match(body, /^\{"status": "FAIL", "checks": \{"bad": \{"status": "(PENDING|FAIL)"/);
});

test("details: never shows no name to anybody, details: always shows a healthy check unasked", async (t) => {
  const silent = await startHealthz(t, { details: "never", checks: { payments: REFUSING } });
  for (const accept of ["application/json", "text/plain", "application/health+json", "text/html"]) {
    assert.doesNotMatch((await silent.get("/?verbose", accept)).body, /payments|127\.0/);
  }
  assert.equal((await silent.get("/?verbose")).body, '{"status": "FAIL"}');

  const good = await startTarget(t);
  const open = await startHealthz(t, { details: "always", checks: { good: good.url } });
  assert.match((await open.until("/", 200)).body, /"good": \{"status": "OK"/);
});

test("before the first result a check fails readiness and start-up, not liveness", async (t) => {
  const hanging = await startTarget(t, () => {});
  const check = { http: hanging.url, timeout: "1m", live: true };
  const healthz = await startHealthz(t, { checks: { hanging: check } });
  for (const path of ["/", "/healthz", "/readyz", "/startupz", "/healthz/hanging"]) {
    assert.equal((await healthz.get(path)).status, 503, path);
  }
  assert.equal((await healthz.get("/livez")).status, 200);
  assert.equal((await detailsOf(healthz, "hanging")).status, "PENDING");
});

test("only a check with `live` decides /livez", async (t) => {
  const healthz = await startHealthz(t, {
    checks: { a: { ...REFUSING, live: true }, b: REFUSING },
  });
  await healthz.until("/livez", 503);
  const { body } = await healthz.get("/livez", "text/plain");
  assert.match(body, /^\[-\]a failed: .*\nlivez check failed\n$/);
});

test("start-up is latched: a later failure does not undo it", async (t) => {
  const target = await startTarget(t);
  const healthz = await startHealthz(t, { checks: { web: { http: target.url, interval: "50ms", fall: 1 } } });
  await healthz.until("/startupz", 200);
  target.listener = status(500);
  await healthz.until("/readyz", 503);
  assert.equal((await healthz.get("/startupz")).status, 200);
});

test("a check that is not critical is shown as WARN and fails only its own endpoint", async (t) => {
  const healthz = await startHealthz(t, { checks: { cache: { ...REFUSING, critical: false } } });
  await failureOf(healthz, "cache");
  assert.equal((await healthz.get("/healthz/cache")).status, 503);
  for (const path of AGGREGATES) assert.equal((await healthz.get(path)).body, '{"status": "OK"}', path);
  assert.match((await healthz.get("/?verbose")).body, /"cache": \{"status": "WARN", "critical": false/);
  const draft = await healthz.get("/", "application/health+json");
  assert.deepEqual(
    [draft.status, draft.headers["content-type"], draft.body],
    [200, "application/health+json", '{"status":"warn"}'],
  );
});

test("HEAD has the code and headers of GET and no body", async (t) => {
  const healthz = await startHealthz(t, { checks: { bad: REFUSED } });
  const [get, head] = [await healthz.get("/livez"), await healthz.ask("HEAD", "/livez")];
  assert.deepEqual([head.status, head.body, head.headers["content-length"]], [200, "", get.headers["content-length"]]);
  assert.equal((await healthz.ask("HEAD", "/readyz")).status, 503);
});

test("other methods are 405 with Allow", async (t) => {
  const healthz = await startHealthz(t, { checks: { bad: REFUSED } });
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
    for (const path of ["/", "/readyz", "/healthz/bad"]) {
      const { status, headers } = await healthz.ask(method, path);
      assert.deepEqual([method, path, status, headers.allow], [method, path, 405, "GET, HEAD"]);
    }
  }
});

const paths: [path: string, status: number][] = [
  ["/healthz/", 200],
  ["/readyz/", 200],
  ["/healthz?", 200],
  ["/%68ealthz", 200],
  ["/HEALTHZ", 404],
  ["/healthz//", 404],
  ["/nope", 404],
  ["/healthz/nope", 404],
  ["/healthz/constructor", 404],
  ["/healthz/__proto__", 404],
  ["/constructor", 404],
  ["/healthz/%", 400],
  ["/%zz", 400],
  ["/%ff", 400],
  ["/?exclude[]=x", 200],
  ["/?exclude[a][b]=x&exclude=&%zz=%zz&verbose=1&verbose", 200],
  ["/?__proto__=x", 200],
  ["http://app.example/healthz", 200],
  ["http://app.example", 200],
  ["http://app.example?verbose", 200],
  ["http://app.example/nope", 404],
  ["*", 404],
];

test("odd paths and queries get a plain answer, never a redirect or a 5xx", async (t) => {
  const healthz = await startHealthz(t, {});
  for (const [path, expected] of paths) assert.equal((await healthz.get(path)).status, expected, path);
});

test("CONNECT is 405 like every other method", async (t) => {
  const { port } = await startHealthz(t, {});
  const socket = connect(port, "127.0.0.1", () => socket.write("CONNECT db:5432 HTTP/1.1\r\nHost: db:5432\r\n\r\n"));
  let answer = "";
  for await (const chunk of socket.setEncoding("utf8")) answer += chunk;
  assert.match(answer, /^HTTP\/1\.1 405 Method Not Allowed\r\nAllow: GET, HEAD\r\n/);
});

test("HTTP/1.0 without Host is answered", async (t) => {
  const { port } = await startHealthz(t, {});
  const socket = connect(port, "127.0.0.1", () => socket.end("GET /healthz HTTP/1.0\r\n\r\n"));
  let answer = "";
  for await (const chunk of socket.setEncoding("utf8")) answer += chunk;
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n\{"status": "OK"\}$/);
});

test("a half-open connection delays nobody", async (t) => {
  const { port, get } = await startHealthz(t, {});
  const socket = connect(port, "127.0.0.1", () => socket.write("GET /healthz HT"));
  atEnd(t, () => socket.destroy());
  assert.equal((await get("/healthz")).status, 200);
});

test("the tool itself is alive and ready whatever the checks say", async (t) => {
  const healthz = await startHealthz(t, { checks: { bad: { ...REFUSING, live: true } } });
  await healthz.until("/livez", 503);
  assert.equal((await healthz.get("/-/livez")).status, 200);
  assert.equal((await healthz.get("/-/readyz")).status, 200);
  assert.equal(JSON.parse((await healthz.get("/-/version")).body).tool, "healthz");
});
