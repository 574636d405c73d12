// What a user meets first: a typo, a missing file, an unset variable, a port in use. One clear message, the documented exit
// status, nothing half-written; for every tool.
import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { atEnd } from "./harness/at-end.ts";
import { eventually } from "./harness/eventually.ts";
import { get } from "./harness/http.ts";
import { freePort } from "./harness/ports.ts";
import { temporaryDirectory } from "./harness/temporary.ts";
import { repository, runTool, startTool, type ToolName } from "./harness/tool.ts";

interface Case {
  tool: ToolName;
  /** A section with a mistyped key on its second line, in the fifth column or so. */
  typo: string;
  /** The path of that key, and what it should have been. */
  path: string;
  meant: string;
  /** A configuration that listens on PORT, and the key of that port. */
  listening?: { yaml: string; args?: string[]; key: string };
}

const cases: Case[] = [
  {
    tool: "log-tailer",
    typo: "logs:\n  pollIntervall: 1s\n  files: [/logs/*.log]\n",
    path: "logs.pollIntervall",
    meant: "pollInterval",
    listening: {
      yaml: `logs: { files: [${path.join(repository, "LICENSE")}], admin: { port: PORT } }\n`,
      key: "logs.admin.port",
    },
  },
  {
    tool: "healthz",
    typo: "health:\n  chekcs: {}\n",
    path: "health.chekcs",
    meant: "checks",
    listening: { yaml: "health: { port: PORT }\n", key: "health.port" },
  },
  {
    tool: "metrics-exporter",
    typo: "metrics:\n  limit: {}\n",
    path: "metrics.limit",
    meant: "limits",
    listening: { yaml: "metrics: { port: PORT }\n", key: "metrics.port" },
  },
  {
    tool: "egress-proxy",
    typo: "egress:\n  alow: [example.com]\n",
    path: "egress.alow",
    meant: "allow",
    listening: { yaml: "egress: { listen: 127.0.0.1:PORT, admin: { port: 0 } }\n", key: "egress.listen" },
  },
  {
    tool: "config-merge",
    typo: "config:\n  /nowhere/out.json: { form: [/in.json] }\n",
    path: 'config."/nowhere/out.json".form',
    meant: "from",
  },
];

function configuration(t: TestContext, yaml: string): string {
  const file = path.join(temporaryDirectory(t), "outrigger.yaml");
  writeFileSync(file, yaml);
  return file;
}

for (const { tool, typo, path: where, meant, listening } of cases) {
  for (const mode of [[], ["--check"]]) {
    test(`${tool} ${mode} names a mistyped key with file, line, column and the nearest key`, async (t) => {
      const file = configuration(t, typo);
      const { code, stdout, logs } = await runTool(tool, ["--config", file, ...mode]);
      assert.equal(code, 2);
      assert.equal(stdout, "");
      const [record] = logs;
      assert.equal(logs.length, 1, JSON.stringify(logs));
      assert.ok(record?.msg.startsWith(`${file}:2:`), record?.msg);
      assert.ok(record?.msg.includes(where), record?.msg);
      assert.ok(record?.msg.includes(`did you mean "${meant}"?`), record?.msg);
    });
  }

  test(`${tool} refuses a configuration file that is not there`, async () => {
    const { code, stdout, logs } = await runTool(tool, ["--config", "/nowhere/outrigger.yaml"]);
    assert.equal(code, 2);
    assert.equal(stdout, "");
    assert.equal(logs.length, 1);
    assert.match(logs[0]?.msg ?? "", /cannot read the configuration file \/nowhere\/outrigger\.yaml .*no such file/);
  });

  test(`${tool} refuses an option it does not know, naming the nearest`, async () => {
    const { code, logs } = await runTool(tool, ["--confg", "x"]);
    assert.equal(code, 2);
    assert.equal(logs.length, 1);
    assert.match(logs[0]?.msg ?? "", /--confg; did you mean "--config"\?/);
  });

  if (listening === undefined) continue;
  test(`${tool} names the port in use and the key to change`, async (t) => {
    const taken = createServer();
    atEnd(t, () => taken.close());
    await new Promise<void>((resolve) => taken.listen(0, resolve));
    const { port } = taken.address() as { port: number };
    const file = configuration(t, listening.yaml.replace("PORT", String(port)));
    const { code, stdout, logs } = await runTool(tool, ["--config", file], { test: t });
    assert.equal(code, 1);
    assert.equal(stdout, "", "an orchestrator starts it again and again: no line may come out every time");
    const errors = logs.filter(({ level }) => level === "error");
    assert.equal(errors.length, 1, JSON.stringify(logs));
    assert.ok(errors[0]?.msg.includes(`:${port}`) && errors[0].msg.includes(listening.key), errors[0]?.msg);
  });
}

test("healthz names an unset variable with the key that refers to it", async (t) => {
  const yaml =
    "health:\n  checks:\n    api:\n      http: { url: 'http://localhost:1/', headers: { Authorization: 'env:UNSET_TOKEN' } }\n";
  const { code, logs } = await runTool("healthz", ["--config", configuration(t, yaml)]);
  assert.equal(code, 2);
  assert.match(
    logs[0]?.msg ?? "",
    /outrigger\.yaml:4:\d+: health\.checks\.api\.http\.headers\.Authorization: .*UNSET_TOKEN is not set/,
  );
});

test("config-merge names every unset variable at once and writes nothing", async (t) => {
  const directory = temporaryDirectory(t);
  const source = path.join(directory, "in.json");
  const output = path.join(directory, "out.json");
  writeFileSync(source, '{ "a": "1", "b": "2" }\n');
  const { code, stdout, stderr } = await runTool("config-merge", [
    source,
    "a=env:UNSET_ONE",
    "b=env:UNSET_TWO",
    "-o",
    output,
  ]);
  assert.equal(code, 5);
  assert.equal(stdout, "");
  assert.match(stderr, /UNSET_ONE/);
  assert.match(stderr, /UNSET_TWO/);
  assert.deepEqual(readdirSync(directory), ["in.json"]);
});

test("config-merge names a missing source and leaves the old output", async (t) => {
  const directory = temporaryDirectory(t);
  const output = path.join(directory, "out.json");
  writeFileSync(output, "old");
  const { code, logs } = await runTool("config-merge", [path.join(directory, "in.json"), "-o", output]);
  assert.equal(code, 3);
  assert.match(logs[0]?.msg ?? "", /in\.json/);
  assert.deepEqual(readdirSync(directory), ["out.json"]);
});

test("log-tailer waits for a file that is missing instead of ending", async (t) => {
  const file = path.join(temporaryDirectory(t), "later/app.log");
  const port = await freePort();
  const tool = startTool("log-tailer", [file, "--set", `logs.admin.port=${port}`], { test: t });
  await eventually(async () => assert.equal((await get(`http://127.0.0.1:${port}/readyz`)).status, 200));
  assert.ok(tool.running);
  assert.equal((await tool.stop()).code, 0);
});
