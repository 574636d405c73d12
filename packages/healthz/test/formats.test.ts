import assert from "node:assert/strict";
import { test } from "node:test";
import type { CheckView } from "../src/health.ts";
import { renderBounded } from "../src/render/bounded.ts";
import { renderHealthJson } from "../src/render/health-json.ts";
import { renderHtml as renderPage } from "../src/render/html.ts";
import { renderJson } from "../src/render/json.ts";
import { renderText } from "../src/render/text.ts";
import type { Detail, Finding, Verdict } from "../src/verdict.ts";

const SINCE = Date.UTC(2026, 0, 1, 12);

function finding(name: string, given: Partial<CheckView> = {}, excluded = false): Finding {
  const check: CheckView = {
    name,
    type: "http",
    status: "OK",
    everOk: true,
    critical: true,
    live: false,
    since: SINCE,
    latencyMs: 1.5,
    lastSuccess: SINCE,
    failure: undefined,
    ...given,
  };
  return { check, passes: check.status === "OK", excluded };
}

const failure = { kind: "connection refused", text: "connection refused: connect ECONNREFUSED 10.0.0.7:5432" };
const failed = finding("db", { status: "FAIL", failure, lastSuccess: undefined });
const warned = finding("cache", { status: "FAIL", critical: false, failure });
const pending = finding("slow", { status: "PENDING", latencyMs: undefined, lastSuccess: undefined, everOk: false });

function verdict(ok: boolean, findings: Finding[], given: Partial<Verdict> = {}): Verdict {
  return { word: "healthz", ok, findings, unknownExclusions: [], reason: undefined, ...given };
}

const renderHtml = (shown: Verdict, detail: Detail) =>
  renderPage(shown, detail, [{ at: SINCE, check: "db", to: "FAIL", failure }]);

test("JSON without details is the contract's bytes", () => {
  assert.equal(renderJson(verdict(true, [finding("web")]), "none"), '{"status": "OK"}');
  assert.equal(renderJson(verdict(false, [failed]), "none"), '{"status": "FAIL"}');
});

test("JSON with details has every check in order, with every field", () => {
  const body = renderJson(verdict(false, [finding("web"), failed, warned, pending]), "full");
  assert.match(body, /^\{"status": "FAIL", "checks": \{"web": \{"status": "OK", /);
  const { checks } = JSON.parse(body);
  assert.deepEqual(Object.keys(checks), ["web", "db", "cache", "slow"]);
  assert.deepEqual(checks.db, {
    status: "FAIL",
    critical: true,
    live: false,
    since: "2026-01-01T12:00:00.000Z",
    latencyMs: 1.5,
    lastSuccess: null,
    error: failure.text,
  });
  assert.equal(checks.web.error, null);
  assert.equal(checks.cache.status, "WARN");
  assert.deepEqual([checks.slow.status, checks.slow.latencyMs, checks.slow.error], ["PENDING", null, "no result yet"]);
});

test("names that objects inherit are names like others", () => {
  for (const render of [renderJson, renderHealthJson]) {
    const body = render(verdict(true, [finding("__proto__"), finding("constructor")]), "full");
    assert.match(body, /"__proto__(:state)?":/);
    assert.match(body, /"constructor(:state)?":/);
  }
});

test("the class of an error has no address, in any format", () => {
  for (const render of [renderJson, renderText, renderHealthJson, renderHtml]) {
    const body = render(verdict(false, [failed]), "class");
    assert.match(body, /connection refused/);
    assert.doesNotMatch(body, /10\.0\.0\.7/);
  }
});

test("without details no format has a name", () => {
  for (const render of [renderJson, renderText, renderHealthJson, renderHtml]) {
    assert.doesNotMatch(render(verdict(false, [failed], { unknownExclusions: ["x"] }), "none"), /db|"x"/);
  }
});

test("plain text without details is one line without an end", () => {
  assert.equal(renderText(verdict(true, []), "none"), "ok");
  assert.equal(renderText(verdict(false, []), "none"), "healthz check failed");
  assert.equal(renderText(verdict(false, [], { word: "readyz" }), "none"), "readyz check failed");
});

test("plain text with details is kube-apiserver's list", () => {
  const findings = [finding("web"), failed, finding("x", { status: "FAIL", failure }, true), pending];
  assert.equal(
    renderText(verdict(false, findings, { unknownExclusions: ["no", "nay"] }), "full"),
    `[+]web ok
[-]db failed: ${failure.text}
[+]x excluded: ok
[-]slow failed: no result yet
warn: some health checks cannot be excluded: no matches for "no","nay"
healthz check failed
`,
  );
  assert.equal(
    renderText(verdict(true, [finding("web")], { word: "livez" }), "class"),
    "[+]web ok\nlivez check passed\n",
  );
});

test("health+json is the draft's shape", () => {
  assert.deepEqual(JSON.parse(renderHealthJson(verdict(true, []), "none")), { status: "pass" });
  assert.deepEqual(JSON.parse(renderHealthJson(verdict(true, [warned]), "none")), { status: "warn" });
  const body = JSON.parse(renderHealthJson(verdict(false, [finding("web"), failed, warned]), "full"));
  assert.equal(body.status, "fail");
  assert.deepEqual(body.checks["web:state"], [
    {
      status: "pass",
      componentType: "component",
      observedValue: 1.5,
      observedUnit: "ms",
      time: "2026-01-01T12:00:00.000Z",
    },
  ]);
  assert.deepEqual([body.checks["db:state"][0].status, body.checks["db:state"][0].output], ["fail", failure.text]);
  assert.equal(body.checks["cache:state"][0].status, "warn");
});

test("an excluded check makes no warning", () => {
  const body = renderHealthJson(verdict(true, [{ ...warned, excluded: true }]), "none");
  assert.deepEqual(JSON.parse(body), { status: "pass" });
});

test("the page has every name and error escaped", () => {
  const nasty = { kind: "<i>", text: `<script>alert("&'")</script>` };
  const history = [{ at: SINCE, check: "<b>", to: "FAIL", failure: nasty }] as const;
  const page = renderPage(verdict(false, [finding("web", { status: "FAIL", failure: nasty })]), "full", history);
  assert.ok(page.includes("&lt;b&gt; FAIL: &lt;script&gt;"));
  assert.ok(page.includes("&lt;script&gt;alert(&quot;&amp;&#39;&quot;)&lt;/script&gt;"));
  assert.equal(page.match(/<script>/g)?.length, 1);
});

test("why an endpoint is closed is said in every format", () => {
  for (const render of [renderJson, renderText, renderHealthJson, renderHtml]) {
    assert.match(render(verdict(false, [], { reason: "draining" }), "full"), /draining/);
  }
});

const sizes: [checks: number, has: RegExp, hasNot: RegExp][] = [
  [300, /the whole reason/, /$^/],
  [800, /check-799/, /the whole reason/],
  [9000, /fail/i, /check-1/],
];
for (const [count, has, hasNot] of sizes) {
  test(`an answer about ${count} checks has at most 256 KiB and gives up particulars first`, () => {
    const long = { kind: "refused", text: `the whole reason ${"x".repeat(400)}` };
    const findings = Array.from({ length: count }, (_, index) =>
      finding(`check-${index}`, { status: "FAIL", failure: long }),
    );
    for (const render of [renderJson, renderText, renderHealthJson, renderHtml]) {
      const body = renderBounded(render, verdict(false, findings), "full");
      assert.ok(Buffer.byteLength(body) <= 256 * 1024, `${Buffer.byteLength(body)} bytes`);
      assert.ok(has.test(body));
      assert.ok(!hasNot.test(body));
    }
  });
}
