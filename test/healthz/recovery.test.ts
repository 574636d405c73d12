// Up, hanging, up again, gone: what other files do not show of each type of check.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { test } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { eventually } from "../harness/eventually.ts";
import { freePort } from "../harness/ports.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { startHealthz, verdictOf } from "./healthz.ts";
import { ca, startTlsTarget } from "./tls-target.ts";

const QUICK = { interval: "100ms", timeout: "10s", fall: 1 };

test("tcp: up, stopped, continued, ended", async (t) => {
  const port = await freePort();
  // With so short a queue the kernel drops the third connection that nobody accepts.
  const source = `require("net").createServer((c) => c.end()).listen({ host: "127.0.0.1", port: ${port}, backlog: 1 })`;
  const server = spawn(process.execPath, ["-e", source], { stdio: "ignore" });
  atEnd(t, () => server.kill("SIGKILL"));
  const healthz = await startHealthz(t, { checks: { app: { tcp: `127.0.0.1:${port}`, ...QUICK, timeout: "300ms" } } });
  await healthz.until("/healthz/app", 200);
  server.kill("SIGSTOP");
  await healthz.until("/healthz/app", 503);
  assert.match(await verdictOf(healthz, "app"), /^timeout: no result within 300 ms$/);
  server.kill("SIGCONT");
  await healthz.until("/healthz/app", 200);
  server.kill("SIGKILL");
  await healthz.until("/healthz/app", 503);
  await eventually(async () => assert.match(await verdictOf(healthz, "app"), /^connection refused/));
});

test("exec: a command that hangs is a timeout, and one that comes back is OK again", async (t) => {
  const directory = temporaryDirectory(t);
  const mode = path.join(directory, "mode");
  const become = (text: string) => writeFileSync(mode, `${text}\n`);
  become("exit 0");
  const script = { exec: ["/bin/sh", mode], ...QUICK, timeout: "2s" };
  const healthz = await startHealthz(t, { checks: { script } });
  await healthz.until("/healthz/script", 200);
  become("exec sleep 1000");
  await healthz.until("/healthz/script", 503);
  assert.match(await verdictOf(healthz, "script"), /^timeout/);
  become("exit 0");
  await healthz.until("/healthz/script", 200);
  become("exit 4");
  await healthz.until("/healthz/script", 503);
  assert.match(await verdictOf(healthz, "script"), /^exit status 4$/);
});

test("disk: a path that comes is OK, and one that goes is not", async (t) => {
  const data = path.join(temporaryDirectory(t), "data");
  const healthz = await startHealthz(t, { checks: { data: { disk: data, ...QUICK } } });
  await healthz.until("/healthz/data", 503);
  mkdirSync(data);
  await healthz.until("/healthz/data", 200);
  rmSync(data, { recursive: true });
  await healthz.until("/healthz/data", 503);
});

test("https: a server that shakes no hands is a timeout, and the file of the CA is read for each run", async (t) => {
  const silent = createServer((socket) => {
    socket.on("error", () => {});
    atEnd(t, () => socket.destroy());
  });
  const port = await freePort();
  await new Promise<void>((resolve) => silent.listen(port, "127.0.0.1", resolve));
  atEnd(t, () => silent.close());
  const target = await startTlsTarget(t);
  const own = path.join(temporaryDirectory(t), "ca.pem");
  copyFileSync(ca, own);
  const healthz = await startHealthz(t, {
    checks: {
      silent: { http: `https://localhost:${port}/`, ...QUICK, timeout: "300ms" },
      app: { http: { url: `https://localhost:${target.port}/`, tls: { ca: own } }, ...QUICK },
    },
  });
  await healthz.until("/healthz/app", 200);
  assert.match(await verdictOf(healthz, "silent"), /^timeout: no result within 300 ms$/);
  writeFileSync(own, "");
  await healthz.until("/healthz/app", 503);
  copyFileSync(ca, own);
  await healthz.until("/healthz/app", 200);
  rmSync(own);
  await healthz.until("/healthz/app", 503);
  assert.doesNotMatch((await healthz.get("/healthz/app?verbose")).body, /unexpected/);
});
