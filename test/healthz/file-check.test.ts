import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { detailsOf, failureOf, startHealthz } from "./healthz.ts";

const QUICK = { interval: "50ms", timeout: "10s", fall: 1 };

test("a file must exist, and a link to it is followed", async (t) => {
  const directory = temporaryDirectory(t);
  const [file, link] = [path.join(directory, "file"), path.join(directory, "link")];
  symlinkSync(file, link);
  const healthz = await startHealthz(t, { checks: { it: { file: link, ...QUICK } } });
  assert.match(await failureOf(healthz, "it"), /link does not exist$/);
  assert.equal((await healthz.get("/healthz/it")).status, 503);
  writeFileSync(file, "");
  await healthz.until("/healthz/it", 200);
  rmSync(file);
  await healthz.until("/healthz/it", 503);
});

test("a heartbeat that is too old fails, and a touch heals it; a time in the future is fresh", async (t) => {
  const file = path.join(temporaryDirectory(t), "heartbeat");
  writeFileSync(file, "");
  const at = (seconds: number) => utimesSync(file, Date.now() / 1000 + seconds, Date.now() / 1000 + seconds);
  const healthz = await startHealthz(t, { checks: { it: { file, maxAge: "30s", ...QUICK } } });
  await healthz.until("/healthz/it", 200);
  const since = performance.now();
  at(-60);
  const [, age] = /last changed (\d+(?:\.\d)?) s ago, more than 30 s$/.exec(await failureOf(healthz, "it")) ?? [];
  // It grows from one run to the next.
  const seconds = (performance.now() - since) / 1000;
  assert.ok(Number(age) >= 60 && Number(age) < 61 + seconds, `${age} s after ${seconds} s`);
  at(0);
  await healthz.until("/healthz/it", 200);
  at(3600);
  await healthz.until("/healthz/it", 200);
});

test("a file that is too small fails until it has grown", async (t) => {
  const file = path.join(temporaryDirectory(t), "file");
  writeFileSync(file, "123");
  const healthz = await startHealthz(t, { checks: { it: { file, minSize: 5, ...QUICK } } });
  assert.match(await failureOf(healthz, "it"), /has 3 bytes, less than 5$/);
  assert.equal((await healthz.get("/healthz/it")).status, 503);
  appendFileSync(file, "45");
  await healthz.until("/healthz/it", 200);
});

test("the text is looked for in the last mebibyte", async (t) => {
  const directory = temporaryDirectory(t);
  const near = path.join(directory, "near");
  const far = path.join(directory, "far");
  writeFileSync(near, `${"x".repeat(2_000_000)}READY${"x".repeat(1_000_000)}`);
  writeFileSync(far, `READY${"x".repeat(2_000_000)}`);
  const healthz = await startHealthz(t, {
    checks: { near: { file: near, contains: "READY", ...QUICK }, far: { file: far, contains: "READY", ...QUICK } },
  });
  await healthz.until("/healthz/near", 200);
  assert.match(await failureOf(healthz, "far"), /READY/);
});

test("a FIFO exists, but its content fails without being opened, and hinders no other check", async (t) => {
  const directory = temporaryDirectory(t);
  const fifo = path.join(directory, "fifo");
  execFileSync("mkfifo", [fifo]);
  const checks = Object.fromEntries(
    Array.from({ length: 8 }, (_, index) => [`c${index}`, { file: fifo, contains: "x", ...QUICK }]),
  );
  const healthz = await startHealthz(t, { checks: { ...checks, plain: { file: fifo, ...QUICK } } });
  await healthz.until("/healthz/plain", 200);
  await eventually(async () => assert.match(String((await detailsOf(healthz, "c7")).error), /is not a regular file/));
});
