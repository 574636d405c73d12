import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { repository, runTool, startTool } from "../harness/tool.ts";

const { version } = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8")) as { version: string };

test("--help lists every command with what it is for", async () => {
  const { code, stdout, stderr } = await runTool("outrigger", ["--help"]);
  assert.equal(code, 0);
  assert.equal(stderr, "");
  for (const name of ["run", "check", "schema", "pause", "log-tailer", "healthz", "config-merge"]) {
    assert.match(stdout, new RegExp(`^  ${name}  +\\w`, "m"));
  }
});

for (const word of ["--version", "version"]) {
  test(`${word} prints name and version`, async () => {
    const { code, stdout } = await runTool("outrigger", [word]);
    assert.equal(code, 0);
    assert.equal(stdout, `outrigger ${version}\n`);
  });
}

for (const name of ["check", "healthz"]) {
  test(`help ${name} says what ${name} --help says`, async () => {
    const [asked, own] = await Promise.all([
      runTool("outrigger", ["help", name]),
      runTool("outrigger", [name, "--help"]),
    ]);
    assert.deepEqual([asked.code, asked.stdout], [0, own.stdout]);
  });
}

for (const command of ["run", "check", "schema", "pause"]) {
  test(`${command} --help shows its usage and does nothing else`, async () => {
    const { code, stdout } = await runTool("outrigger", [command, "--help"]);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`^  outrigger ${command}`, "m"));
  });
}

for (const [args, message] of [
  [["chek"], /unknown command chek; did you mean "check"\?/],
  [["healtz"], /unknown command healtz; did you mean "healthz"\?/],
  [["--hlep"], /unknown option --hlep; did you mean "--help"\?/],
  [[], /a command is missing; use one of run, /],
  [["run", "--cofnig", "x"], /unknown option --cofnig; did you mean "--config"\?/],
  [["run", "node", "app.js"], /unexpected argument "node"; write -- before the application's command/],
  [["check", "--config"], /--config needs a value/],
  [["check", "-c", "/nowhere/outrigger.yaml"], /\/nowhere\/outrigger\.yaml \(--config\): no such file/],
] as const) {
  test(`refused with status 2: outrigger ${args.join(" ")}`, async () => {
    const { code, stdout, logs } = await runTool("outrigger", args);
    assert.equal(code, 2);
    assert.equal(stdout, "");
    assert.equal(logs.length, 1);
    assert.match(logs[0]?.msg ?? "", message);
  });
}

for (const tool of ["log-tailer", "healthz", "metrics-exporter", "egress-proxy", "config-merge"] as const) {
  test(`outrigger ${tool} is the same program as ${tool}`, async () => {
    const [own, through] = await Promise.all([runTool(tool, ["--help"]), runTool("outrigger", [tool, "--help"])]);
    assert.equal(through.code, 0);
    assert.equal(through.stdout, own.stdout);
  });
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`pause does nothing until ${signal}, then ends with 0`, async (t) => {
    const paused = startTool("outrigger", ["pause"], { test: t, env: { OUTRIGGER_LOG_LEVEL: "debug" } });
    await paused.waitFor("waiting", { on: "stderr" });
    assert.deepEqual(await paused.stop(signal), { code: 0, signal: null });
    assert.equal(paused.stdout, "");
  });
}
