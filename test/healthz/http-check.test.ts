import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { eventually } from "../harness/eventually.ts";
import { detailsOf, startHealthz, verdictOf } from "./healthz.ts";
import { startTarget, status } from "./target.ts";

const QUICK = { interval: "100ms", timeout: "10s", fall: 1 };

/** The first verdict of each check. */
async function verdicts(t: TestContext, checks: Record<string, object>): Promise<Record<string, string>> {
  const healthz = await startHealthz(t, { checks });
  const names = Object.keys(checks);
  const found = await Promise.all(names.map(async (name) => [name, await verdictOf(healthz, name)] as const));
  return Object.fromEntries(found);
}

/** Answers by the path: `/404` gives 404, `/to/URL` redirects there, and so on. */
const application: RequestListener = (request, response) => {
  const path = decodeURIComponent(request.url ?? "");
  const [, code, location] = /^\/(\d{3})(?:\/to(\/.*))?$/.exec(path) ?? [];
  if (code !== undefined) {
    response.writeHead(Number(code), location === undefined ? {} : { location }).end();
  } else if (path === "/loop") response.writeHead(302, { location: "/loop" }).end();
  else if (path === "/body") response.end("all is well");
  else if (path === "/json") response.end('{"status":"UP","depth":[{"n":1}]}');
  else if (path === "/headers") response.end(JSON.stringify(request.headers));
  else if (path === "/early") {
    response.writeEarlyHints({ link: "</x>; rel=preload" });
    response.end();
  } else if (path === "/long-header") response.writeHead(200, { "x-long": "x".repeat(40_000) }).end();
  else if (path === "/too-long-header") response.writeHead(200, { "x-long": "x".repeat(80_000) }).end();
  else if (path === "/endless") {
    const more = () => {
      while (response.write("x".repeat(16_384)));
      response.once("drain", more);
    };
    more();
  } else response.end();
};

test("status by status: 2xx and 3xx are good, 4xx and 5xx are not", async (t) => {
  const { url } = await startTarget(t, application);
  const checks = Object.fromEntries(
    [200, 204, 399, 304, 400, 404, 500].map((code) => [`s${code}`, { http: `${url}${code}`, ...QUICK }]),
  );
  assert.deepEqual(await verdicts(t, checks), {
    s200: "OK",
    s204: "OK",
    s399: "OK",
    s304: "OK",
    s400: "status 400, expected 200-399",
    s404: "status 404, expected 200-399",
    s500: "status 500, expected 200-399",
  });
});

test("a redirect within the host is followed, whatever its kind", async (t) => {
  const { url } = await startTarget(t, application);
  const kinds = [301, 302, 303, 307, 308];
  const checks = Object.fromEntries(
    kinds.flatMap((code) => [
      [`good${code}`, { http: `${url}${code}/to/200`, ...QUICK }],
      [`bad${code}`, { http: `${url}${code}/to/500`, ...QUICK }],
    ]),
  );
  const found = await verdicts(t, checks);
  for (const code of kinds) {
    assert.equal(found[`good${code}`], "OK");
    assert.equal(found[`bad${code}`], "status 500, expected 200-399");
  }
});

test("a redirect loop fails after ten redirects", async (t) => {
  const target = await startTarget(t, application);
  const found = await verdicts(t, { loop: { http: `${target.url}loop`, ...QUICK, interval: "1m" } });
  assert.match(found.loop!, /^stopped after 10 redirects/);
  // Until its first success it is tried again every second.
  await eventually(() => assert.ok(target.hits >= 11 && target.hits % 11 === 0, `${target.hits} requests`));
});

test("a redirect to another host is judged itself; the other host sees nothing", async (t) => {
  const other = await startTarget(t);
  const { url } = await startTarget(t, status(302, { location: `http://localhost:${other.port}/` }));
  assert.deepEqual(await verdicts(t, { away: { http: url, ...QUICK } }), { away: "OK" });
  assert.equal(other.hits, 0);
});

test("whoever expects only redirects sees them", async (t) => {
  const { url } = await startTarget(t, application);
  const checks = { r: { http: { url: `${url}301/to/200`, status: [301, "308"] }, ...QUICK } };
  assert.deepEqual(await verdicts(t, checks), { r: "OK" });
});

test("body and JSON value are judged, type and all", async (t) => {
  const { url } = await startTarget(t, application);
  const at = (path: string, given: object) => ({ http: { url: url + path, ...given }, ...QUICK });
  const found = await verdicts(t, {
    body: at("body", { body: "^all .* well$" }),
    otherBody: at("body", { body: "sick" }),
    json: at("json", { json: { path: "$.status", equals: "UP" } }),
    deep: at("json", { json: { path: "$.depth[0]['n']", equals: 1 } }),
    type: at("json", { json: { path: "$.depth[0].n", equals: "1" } }),
    missing: at("json", { json: { path: "$.nope", equals: "UP" } }),
    notJson: at("body", { json: { path: "$.status", equals: "UP" } }),
  });
  assert.deepEqual(found, {
    body: "OK",
    otherBody: "the body does not match sick",
    json: "OK",
    deep: "OK",
    type: '$.depth[0].n is 1, expected "1"',
    missing: '$.nope is missing, expected "UP"',
    notJson: "the body is not JSON",
  });
});

test("an endless body does not matter where it is not asked for, and is read to a mebibyte where it is", async (t) => {
  const { url } = await startTarget(t, application);
  const found = await verdicts(t, {
    dropped: { http: `${url}endless`, ...QUICK },
    read: { http: { url: `${url}endless`, body: "y" }, ...QUICK },
  });
  assert.deepEqual(found, { dropped: "OK", read: "the body does not match y" });
});

test("interim answers are ignored, headers may have 64 KiB", async (t) => {
  const { url } = await startTarget(t, application);
  const found = await verdicts(t, {
    early: { http: `${url}early`, ...QUICK },
    long: { http: `${url}long-header`, ...QUICK },
    tooLong: { http: `${url}too-long-header`, ...QUICK },
  });
  assert.deepEqual([found.early, found.long], ["OK", "OK"]);
  assert.match(found.tooLong!, /^headers too large/);
});

test("the request says who asks, closes the connection, and carries what is configured", async (t) => {
  const seen: Record<string, string | string[] | undefined>[] = [];
  const target = await startTarget(t, (request, response) => {
    seen.push({ ...request.headers, method: request.method });
    response.end();
  });
  const { port } = target;
  await verdicts(t, {
    plain: { http: `http://a%40b:c@127.0.0.1:${port}/`, ...QUICK },
    own: {
      http: { url: target.url, method: "POST", headers: { Host: "app.example", accept: "text/x", "User-Agent": "me" } },
      ...QUICK,
    },
  });
  const plain = seen.find(({ method }) => method === "GET")!;
  assert.match(String(plain["user-agent"]), /^outrigger-healthz\/\d/);
  assert.deepEqual(
    [plain.accept, plain.connection, plain.authorization, plain.host],
    ["*/*", "close", `Basic ${Buffer.from("a@b:c").toString("base64")}`, `127.0.0.1:${port}`],
  );
  const own = seen.find(({ method }) => method === "POST")!;
  assert.deepEqual([own.host, own.accept, own["user-agent"]], ["app.example", "text/x", "me"]);
});

test("no proxy variable is honoured", async (t) => {
  const { url } = await startTarget(t);
  const env = { http_proxy: "http://127.0.0.1:1", HTTP_PROXY: "http://127.0.0.1:1", NODE_USE_ENV_PROXY: "1" };
  const healthz = await startHealthz(t, { checks: { web: url } }, { env });
  await healthz.until("/readyz", 200);
});

test("the timeout is a total: a server that trickles does not extend it", async (t) => {
  const { url } = await startTarget(t, (_request, response) => {
    const timer = setInterval(() => response.write("x"), 20);
    response.on("close", () => clearInterval(timer));
  });
  const slow = { http: { url, body: "y" }, ...QUICK, timeout: "300ms" };
  const found = await verdicts(t, { slow });
  assert.equal(found.slow, "timeout: no result within 300 ms");
});

test("a target that hangs fails with a timeout, and one that comes back is OK again", async (t) => {
  const target = await startTarget(t);
  const healthz = await startHealthz(t, { checks: { web: { http: target.url, ...QUICK, timeout: "200ms" } } });
  await healthz.until("/readyz", 200);
  target.listener = () => {};
  await healthz.until("/readyz", 503);
  assert.match(String((await detailsOf(healthz, "web")).error), /^timeout/);
  target.listener = status(200);
  await healthz.until("/readyz", 200);
});

test("a listener that closes is seen by the next run", async (t) => {
  const target = await startTarget(t);
  const healthz = await startHealthz(t, { checks: { web: { http: target.url, ...QUICK } } });
  await healthz.until("/readyz", 200);
  await target.close();
  await healthz.until("/readyz", 503);
  // The run under way at that moment may see a reset.
  await eventually(async () => assert.match(await verdictOf(healthz, "web"), /^connection refused/));
});

test("an application that listens on one family of localhost only is found", async (t) => {
  for (const host of ["127.0.0.1", "::1"]) {
    const server = createServer((_request, response) => response.end());
    await new Promise<void>((resolve, reject) => server.on("error", reject).listen(0, host, resolve));
    atEnd(t, () => server.close());
    const { port } = server.address() as AddressInfo;
    assert.deepEqual(await verdicts(t, { web: { http: `http://localhost:${port}/`, ...QUICK } }), { web: "OK" });
  }
});

test("a thousand requests cause no run", async (t) => {
  const target = await startTarget(t);
  const healthz = await startHealthz(t, { checks: { web: { http: target.url, interval: "1h", timeout: "1m" } } });
  await healthz.until("/readyz", 200);
  for (let round = 0; round < 10; round++) {
    await Promise.all(Array.from({ length: 100 }, () => healthz.get("/readyz")));
  }
  assert.equal(target.hits, 1);
});

test("200 requests at once during a check that hangs are answered before it ends, and start no other", async (t) => {
  const target = await startTarget(t, () => {});
  const healthz = await startHealthz(t, { checks: { web: { http: target.url, timeout: "1h", interval: "10ms" } } });
  await eventually(() => assert.equal(target.hits, 1));
  const answers = await Promise.all(Array.from({ length: 200 }, () => healthz.get("/readyz?verbose")));
  for (const { status, body } of answers) {
    assert.deepEqual([status, JSON.parse(body).checks.web.status], [503, "PENDING"]);
  }
  assert.equal(target.hits, 1);
});
