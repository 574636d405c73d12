import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { get } from "../harness/http.ts";
import { freePort } from "../harness/ports.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { startTool, type ToolProcess } from "../harness/tool.ts";

/** `outrigger run` of four sections beside a script, in which `LOG` is the file it logs to. */
async function runScript(
  t: TestContext,
  script: string,
): Promise<{ running: ToolProcess; log: string; ports: number[] }> {
  const directory = temporaryDirectory(t);
  const log = path.join(directory, "app.log");
  const ports = [await freePort(), await freePort(), await freePort(), await freePort(), await freePort()];
  const [health, metrics, admin, proxy, proxyAdmin] = ports;
  const file = path.join(directory, "outrigger.yaml");
  writeFileSync(
    file,
    `logs: { files: [${log}], admin: { port: ${admin} } }
health: { port: ${health} }
metrics: { port: ${metrics}, logs: { rules: { lines_total: "line" } } }
egress: { listen: "127.0.0.1:${proxy}", admin: { port: ${proxyAdmin} } }
`,
  );
  const command = ["run", "-c", file, "--", process.execPath, "-e", script.replaceAll("LOG", JSON.stringify(log))];
  return { running: startTool("outrigger", command, { test: t }), log, ports };
}

test("what the application logs right before its end is all written out, and its status stays", async (t) => {
  const { running, log } = await runScript(
    t,
    "fs.writeFileSync(LOG, Array.from({ length: 100000 }, (_, n) => 'line ' + n + '\\n').join('')); process.exit(3)",
  );
  assert.deepEqual(await running.exited, { code: 3, signal: null });
  assert.equal(running.stdout, readFileSync(log, "utf8"));
});

test("on SIGTERM the application's last words are written out", async (t) => {
  const script =
    "process.on('SIGTERM', () => { fs.appendFileSync(LOG, 'line last, without an end'); process.exit(0); });" +
    "fs.writeFileSync(LOG, 'line first\\n'); setInterval(() => {}, 1000)";
  const { running } = await runScript(t, script);
  await running.waitFor("line first\n");
  assert.deepEqual(await running.stop("SIGTERM"), { code: 0, signal: null });
  assert.equal(running.stdout, "line first\nline last, without an end\n");
});

test("an application that floods its own stdout does not lose a log line", async (t) => {
  const script =
    "for (let n = 0; n < 20000; n++) { console.log('stdout ' + n); if (n % 100 === 0) fs.appendFileSync(LOG, 'line ' + n + '\\n'); }";
  const { running, log } = await runScript(t, script);
  assert.equal((await running.exited).code, 0);
  const lines = running.stdout.split("\n");
  assert.equal(lines.filter((line) => line.startsWith("stdout ")).length, 20000);
  assert.equal(`${lines.filter((line) => line.startsWith("line ")).join("\n")}\n`, readFileSync(log, "utf8"));
});

test("all sections work in one process, each with its own series", async (t) => {
  const { running, ports } = await runScript(
    t,
    "fs.writeFileSync(LOG, 'line 1\\nline 2\\n'); setInterval(() => {}, 1000)",
  );
  const [health, metrics, admin] = ports;
  await eventually(async () => {
    assert.match((await get(`http://127.0.0.1:${metrics}/metrics`)).body, /^lines_total 2$/m);
  });
  assert.equal((await get(`http://127.0.0.1:${health}/`)).status, 200);
  for (const [port, tool] of [
    [health, "healthz"],
    [admin, "log-tailer"],
  ] as const) {
    const { body } = await get(`http://127.0.0.1:${port}/metrics`);
    assert.deepEqual(
      [...body.matchAll(/outrigger_build_info\{tool="([^"]+)"/g)].map(([, name]) => name),
      [tool],
    );
  }
  assert.equal((await running.stop("SIGTERM")).code, 143);
});
