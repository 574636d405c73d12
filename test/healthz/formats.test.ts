// The bytes, statuses and headers of every answer: the contract's JSON, kube-apiserver's plain text, and
// draft-inadarei-api-health-check-06.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import type { Answer } from "../harness/http.ts";
import { type Healthz, startHealthz } from "./healthz.ts";
import { startTarget } from "./target.ts";

const REFUSED = { tcp: "127.0.0.1:1", fall: 1, timeout: "30s" };
const REASON = "connection refused: connect ECONNREFUSED 127.0.0.1:1";
const PLAIN = "text/plain; charset=utf-8";

/** One check that is well, one that fails, one that fails without being critical; all of them with their verdict. */
async function startThree(t: TestContext, given: object = {}): Promise<Healthz> {
  const target = await startTarget(t);
  const checks = {
    web: { http: target.url, live: true, timeout: "30s" },
    bad: REFUSED,
    soft: { ...REFUSED, critical: false },
  };
  const healthz = await startHealthz(t, { checks, ...given });
  await healthz.until("/healthz/web", 200);
  await eventually(async () => {
    const shown = (await healthz.get("/metrics")).body;
    for (const name of ["bad", "soft"]) assert.ok(shown.includes(`transitions_total{check="${name}",to="FAIL"} 1`));
  });
  return healthz;
}

function essence({ status, headers, body }: Answer): [number, string | undefined, string] {
  assert.equal(headers["content-length"], String(Buffer.byteLength(body)));
  assert.equal(headers["cache-control"], "no-store");
  assert.equal(headers["x-content-type-options"], "nosniff");
  return [status, headers["content-type"], body];
}

const plain: [target: string, status: number, body: string][] = [
  ["/", 503, `[+]web ok\n[-]bad failed: ${REASON}\n[-]soft failed: ${REASON} (not critical)\nhealthz check failed\n`],
  [
    "/readyz",
    503,
    `[+]web ok\n[-]bad failed: ${REASON}\n[-]soft failed: ${REASON} (not critical)\nreadyz check failed\n`,
  ],
  ["/livez", 200, "ok"],
  ["/livez?verbose", 200, "[+]web ok\nlivez check passed\n"],
  ["/livez?verbose&exclude=web", 200, "[+]web excluded: ok\nlivez check passed\n"],
  ["/?exclude=bad", 200, "ok"],
  [
    "/?exclude=bad&verbose",
    200,
    `[+]web ok\n[+]bad excluded: ok\n[-]soft failed: ${REASON} (not critical)\nhealthz check passed\n`,
  ],
  [
    "/?verbose&exclude=bad&exclude=soft&exclude=zz&exclude=aa&exclude=zz",
    200,
    "[+]web ok\n[+]bad excluded: ok\n[+]soft excluded: ok\n" +
      'warn: some health checks cannot be excluded: no matches for "aa","zz"\nhealthz check passed\n',
  ],
  ["/healthz/web", 200, "ok"],
  ["/healthz/web?verbose", 200, "[+]web ok\nhealthz check passed\n"],
  ["/healthz/bad", 503, `[-]bad failed: ${REASON}\nhealthz check failed\n`],
];

test("plain text is kube-apiserver's, byte for byte", async (t) => {
  const healthz = await startThree(t);
  for (const [target, status, body] of plain) {
    assert.deepEqual(essence(await healthz.get(target, "text/plain")), [status, PLAIN, body], target);
  }
});

test("JSON is the contract's bytes for a healthy answer, and a failing one without details", async (t) => {
  const healthz = await startThree(t);
  for (const target of ["/?exclude=bad", "/livez", "/livez/", "/healthz/web", "/healthz/web/"]) {
    const found = essence(await healthz.get(target));
    assert.deepEqual(found, [200, "application/json", '{"status": "OK"}'], target);
  }
  const silent = await startThree(t, { details: "never" });
  for (const target of ["/", "/healthz/", "/readyz?verbose", "/startupz", "/healthz/bad", "/healthz/soft"]) {
    const found = essence(await silent.get(target));
    assert.deepEqual(found, [503, "application/json", '{"status": "FAIL"}'], target);
  }
});

test("JSON details have their fields in this order and spacing", async (t) => {
  const healthz = await startThree(t);
  const time = '"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z"';
  const check = (name: string, fields: string, last: string, error: string) =>
    `"${name}": \\{${fields}, "since": ${time}, "latencyMs": [\\d.]+, "lastSuccess": ${last}, "error": ${error}\\}`;
  const expected = [
    check("web", '"status": "OK", "critical": true, "live": true', time, "null"),
    check("bad", '"status": "FAIL", "critical": true, "live": false', "null", `"${REASON}"`),
    check("soft", '"status": "WARN", "critical": false, "live": false', "null", `"${REASON}"`),
  ].join(", ");
  for (const [target, status] of [
    ["/", "FAIL"],
    ["/startupz", "FAIL"],
    ["/?verbose&exclude=none", "FAIL"],
  ]) {
    assert.match(
      (await healthz.get(target!)).body,
      new RegExp(`^\\{"status": "${status}", "checks": \\{${expected}\\}\\}$`),
    );
  }
});

test("health+json has the draft's media type, status words and fields, and no others", async (t) => {
  const healthz = await startThree(t);
  const type = "application/health+json";
  const ask = async (target: string) => essence(await healthz.get(target, type));
  assert.deepEqual(await ask("/livez"), [200, type, '{"status":"pass"}']);
  assert.deepEqual(await ask("/?exclude=bad"), [200, type, '{"status":"warn"}']);
  assert.deepEqual(await ask("/?exclude=bad&exclude=soft"), [200, type, '{"status":"pass"}']);
  const [status, , body] = await ask("/");
  const { checks, ...rest } = JSON.parse(body);
  assert.deepEqual([status, rest], [503, { status: "fail" }]);
  assert.deepEqual(Object.keys(checks), ["web:state", "bad:state", "soft:state"]);
  const measured = ["status", "componentType", "observedValue", "observedUnit", "time"];
  for (const [name, word, output] of [
    ["web", "pass", undefined],
    ["bad", "fail", REASON],
    ["soft", "warn", REASON],
  ]) {
    const [component, ...others] = checks[`${name}:state`];
    assert.deepEqual(others, []);
    assert.deepEqual([component.status, component.output, component.observedUnit], [word, output, "ms"]);
    assert.deepEqual(Object.keys(component), output === undefined ? measured : [...measured, "output"]);
    assert.equal(typeof component.observedValue, "number");
    assert.equal(new Date(component.time).toISOString(), component.time);
  }
});

test("HEAD has status and headers of GET for every format and every refusal, and no body", async (t) => {
  const healthz = await startThree(t);
  for (const target of [
    "/livez",
    "/livez?verbose",
    "/healthz/web",
    "/-/readyz",
    "/-/version",
    "/HEALTHZ",
    "/healthz/nope",
  ]) {
    for (const accept of ["application/json", "text/plain", "application/health+json", "text/html"]) {
      const get = await healthz.get(target, accept);
      const head = await healthz.ask("HEAD", target, { accept });
      assert.deepEqual([head.status, head.body], [get.status, ""]);
      for (const name of ["content-type", "content-length", "cache-control"]) {
        assert.equal(head.headers[name], get.headers[name], `${name} of ${target} as ${accept}`);
      }
    }
  }
});

const refusals: [method: string, target: string, status: number, allow: string | undefined, body: string][] = [
  ["GET", "/HEALTHZ", 404, undefined, "not found\n"],
  ["GET", "/Readyz", 404, undefined, "not found\n"],
  ["GET", "/healthz/nope", 404, undefined, "not found\n"],
  ["GET", "/healthz/WEB", 404, undefined, "not found\n"],
  ["GET", "/-/nope", 404, undefined, "not found\n"],
  ["POST", "/nope", 404, undefined, "not found\n"],
  ["POST", "/", 405, "GET, HEAD", "method not allowed; use GET or HEAD\n"],
  ["PUT", "/readyz/", 405, "GET, HEAD", "method not allowed; use GET or HEAD\n"],
  ["DELETE", "/healthz/web", 405, "GET, HEAD", "method not allowed; use GET or HEAD\n"],
  ["OPTIONS", "/livez", 405, "GET, HEAD", "method not allowed; use GET or HEAD\n"],
  ["TRACE", "/startupz", 405, "GET, HEAD", "method not allowed; use GET or HEAD\n"],
  ["POST", "/healthz/nope", 404, undefined, "not found\n"],
  ["POST", "/metrics", 405, "GET, HEAD", "method not allowed; use GET, HEAD\n"],
  ["GET", "/-/drain", 405, "POST, DELETE", "method not allowed; use POST, DELETE\n"],
];

test("every refusal is plain text with its status, and 405 says what is allowed", async (t) => {
  const healthz = await startThree(t);
  for (const [method, target, status, allow, body] of refusals) {
    const answer = await healthz.ask(method, target);
    assert.deepEqual(essence(answer), [status, PLAIN, body], `${method} ${target}`);
    assert.equal(answer.headers.allow, allow, `${method} ${target}`);
  }
});
