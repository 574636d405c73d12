import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { eventually } from "../../harness/eventually.ts";
import { failureOf, startHealthz } from "../../healthz/healthz.ts";
import { startTarget, status } from "../../healthz/target.ts";
import { CHROMIUM, openTab, PATIENT } from "./browser.ts";

const skip = existsSync(CHROMIUM) ? false : "chromium is not installed";
const QUICK = { interval: "50ms", timeout: "10s", fall: 1 };

test("a browser shows every check and keeps itself up to date without a reload", { skip }, async (t) => {
  const target = await startTarget(t);
  const healthz = await startHealthz(t, {
    checks: { web: { http: target.url, ...QUICK }, file: { file: "/etc/hosts" } },
  });
  await healthz.until("/readyz", 200);
  const tab = await openTab(t);
  await tab.navigate(`http://127.0.0.1:${healthz.port}/?verbose`);
  const badges = () =>
    tab.evaluate("[...document.querySelectorAll('.badge')].map((badge) => badge.textContent).join()");
  assert.equal(await badges(), "OK,OK,OK");
  assert.equal(await tab.evaluate("document.title"), "OK · healthz");
  assert.match(
    String(await tab.evaluate("getComputedStyle(document.querySelector('.badge')).backgroundColor")),
    /^rgb\(21, 128, 61\)$/,
  );

  await tab.evaluate("window.sameDocument = true");
  target.listener = status(500);
  await eventually(async () => assert.equal(await badges(), "FAIL,FAIL,OK"), PATIENT);
  assert.match(String(await tab.evaluate("document.querySelector('pre').textContent")), /^status 500/);
  assert.equal(await tab.evaluate("document.title"), "FAIL · healthz");
  target.listener = status(200);
  await eventually(async () => assert.equal(await badges(), "OK,OK,OK"), PATIENT);
  assert.equal(await tab.evaluate("window.sameDocument"), true);

  await healthz.tool.stop("SIGKILL");
  await eventually(
    async () => assert.equal(await tab.evaluate("document.getElementById('lost').hidden"), false),
    PATIENT,
  );
  assert.deepEqual(tab.complaints, []);
});

test("on a phone nothing is wider than the screen and the text is large enough", { skip }, async (t) => {
  const long = "x".repeat(63);
  const healthz = await startHealthz(t, {
    checks: {
      [long]: { exec: ["/bin/sh", "-c", `echo ${"y".repeat(400)}; exit 1`], ...QUICK },
      short: "tcp://127.0.0.1:1",
    },
  });
  await failureOf(healthz, long);
  const tab = await openTab(t);
  for (const width of [360, 320]) {
    await tab.resize(width, 640);
    await tab.navigate(`http://127.0.0.1:${healthz.port}/?verbose`);
    assert.equal(await tab.evaluate("document.querySelectorAll('ul > li').length"), 2);
    await tab.evaluate("document.querySelector('details').open = true");
    assert.equal(await tab.evaluate("innerWidth"), width);
    assert.ok(Number(await tab.evaluate("document.documentElement.scrollWidth")) <= width, `wider than ${width}`);
  }
  const sizes = "[...document.querySelectorAll('li, li *')].map((node) => parseFloat(getComputedStyle(node).fontSize))";
  assert.ok(Number(await tab.evaluate(`Math.min(...${sizes})`)) >= 12);
});

test("an error with markup stays text, and nothing is fetched from elsewhere", { skip }, async (t) => {
  const attack = "<script>window.attacked = true</script><img src=x onerror='window.attacked = true'>";
  const healthz = await startHealthz(t, {
    checks: { it: { exec: ["/bin/sh", "-c", `echo "${attack}"; exit 1`], ...QUICK } },
  });
  await failureOf(healthz, "it");
  const tab = await openTab(t);
  await tab.navigate(`http://127.0.0.1:${healthz.port}/`);
  assert.ok(String(await tab.evaluate("document.querySelector('pre').textContent")).includes(attack));
  const fetched = () =>
    tab.evaluate("performance.getEntriesByType('resource').map(({ name }) => new URL(name).host).join()");
  await eventually(async () => assert.equal(await fetched(), `127.0.0.1:${healthz.port}`), PATIENT);
  assert.equal(await tab.evaluate("window.attacked"), undefined);
  assert.deepEqual(tab.complaints, []);
});
