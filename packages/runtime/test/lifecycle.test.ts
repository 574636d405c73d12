import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { atEnd } from "../../../test/harness/at-end.ts";
import { eventually } from "../../../test/harness/eventually.ts";
import { get } from "../../../test/harness/http.ts";
import { freePort } from "../../../test/harness/ports.ts";
import { temporaryDirectory } from "../../../test/harness/temporary.ts";
import { ToolProcess } from "../../../test/harness/tool.ts";

const entry = fileURLToPath(new URL("./fixtures/tool.js", import.meta.url));

function start(t: TestContext, args: string[], env: Record<string, string> = {}): ToolProcess {
  const child = spawn(process.execPath, [entry, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const tool = new ToolProcess(child);
  atEnd(t, () => tool.stop("SIGKILL"));
  return tool;
}

async function run(t: TestContext, args: string[], env: Record<string, string> = {}) {
  const tool = start(t, args, env);
  const { code } = await tool.exited;
  return { code, stdout: tool.stdout, stderr: tool.stderr, logs: tool.logs };
}

test("SIGTERM and SIGINT stop it gracefully with status 0", async (t) => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    const tool = start(t, ["--set", "health.port=0"]);
    await tool.waitFor("ready");
    assert.deepEqual(await tool.stop(signal), { code: 0, signal: null });
    assert.match(tool.stdout, /stopping/);
  }
});

test("a second signal ends it at once with 128 plus its number", async (t) => {
  for (const [signal, status] of [
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const) {
    const tool = start(t, ["--set", "health.port=0", "--set", "health.checks.slow=x"]);
    await tool.waitFor("ready");
    tool.signal("SIGTERM");
    await tool.waitFor("stopping");
    assert.deepEqual(await tool.stop(signal), { code: status, signal: null });
  }
});

test("a signal that comes while it is starting is not lost", async (t) => {
  const tool = start(t, ["--set", "health.port=0"]);
  await tool.waitFor("loading");
  assert.deepEqual(await tool.stop("SIGTERM"), { code: 0, signal: null });
});

test("a service that ends by itself gives the exit status", async (t) => {
  assert.equal((await run(t, ["--set", "health.port=0", "--set", "health.checks.done=x"])).code, 1);
});

test("--check says ok and starts nothing; with problems it says all of them and exits 2", async (t) => {
  const good = await run(t, ["--check", "--set", "health.port=1"]);
  assert.deepEqual([good.code, good.stdout], [0, "loading\nok\n"]);
  const bad = await run(t, ["--check", "--set", "health.port=x", "--set", "health.details=y"]);
  assert.equal(bad.code, 2);
  assert.equal(bad.stdout, "loading\n");
  assert.deepEqual(
    bad.logs.map(({ level, path: where }) => [level, where]),
    [
      ["error", "health.port"],
      ["error", "health.details"],
    ],
  );
});

test("--print-config, --help, --version and a command", async (t) => {
  assert.match((await run(t, ["--print-config"])).stdout, /^loading\nhealth:\n {2}port: 8080\n/);
  const help = await run(t, ["--help"]);
  assert.match(help.stdout, /Usage:\n {2}healthz \[options\]\n {2}healthz probe URL/);
  assert.match(help.stdout, /health\.checks\.NAME\.interval +How often\. \(default 10s\)/);
  assert.match((await run(t, ["--version"])).stdout, /\nhealthz \d+\.\d+\.\d+\n$/);
  assert.equal((await run(t, ["probe", "good"])).code, 0);
  assert.equal((await run(t, ["probe", "bad"])).code, 1);
});

test("a mistyped option, a stray argument and a bad log level exit 2 with one message", async (t) => {
  const table: [string[], Record<string, string>, RegExp][] = [
    [["--chekc"], {}, /unknown option --chekc; did you mean "--check"\?/],
    [["--set"], {}, /--set needs a value: --set PATH=VALUE/],
    [["--set", "nonsense"], {}, /must be PATH=VALUE/],
    [["stray"], {}, /unexpected argument "stray"/],
    [["--check=yes"], {}, /--check takes no value/],
    [[], { OUTRIGGER_LOG_LEVEL: "loud" }, /OUTRIGGER_LOG_LEVEL must be one of debug, info, warn, error/],
    [["--config", "/nowhere.yaml"], {}, /cannot read the configuration file \/nowhere.yaml/],
  ];
  for (const [args, env, expected] of table) {
    const { code, logs } = await run(t, args, env);
    assert.equal(code, 2, args.join(" "));
    assert.equal(logs.length, 1);
    assert.match(logs[0]?.msg ?? "", expected);
  }
});

test("a port in use exits 1 and names the port and its key", async (t) => {
  const port = await freePort();
  const first = start(t, ["--set", `health.port=${port}`]);
  await first.waitFor("ready");
  const { code, logs } = await run(t, ["--set", `health.port=${port}`]);
  assert.equal(code, 1);
  assert.match(logs[0]?.msg ?? "", new RegExp(`cannot listen on :${port} \\(health\\.port\\)`));
});

const lastReload = async (port: number) => {
  const { body } = await get(`http://127.0.0.1:${port}/metrics`);
  return Number(/^outrigger_config_last_reload_successful (\d)$/m.exec(body)?.[1]);
};

test("it reloads when the ConfigMap's ..data is swapped, keeps the last good configuration, and recovers", async (t) => {
  const port = await freePort();
  const directory = temporaryDirectory(t);
  let generation = 0;
  const publish = (yaml: string) => {
    const name = `..2026_${generation++}`;
    mkdirSync(path.join(directory, name));
    writeFileSync(path.join(directory, name, "outrigger.yaml"), yaml);
    symlinkSync(name, path.join(directory, "..data_tmp"));
    renameSync(path.join(directory, "..data_tmp"), path.join(directory, "..data"));
  };
  publish(`health: { port: ${port}, details: auto }\n`);
  symlinkSync("..data/outrigger.yaml", path.join(directory, "outrigger.yaml"));
  const tool = start(t, ["--config", path.join(directory, "outrigger.yaml")]);
  await tool.waitFor("ready auto");
  publish(`health: { port: ${port}, details: always }\n`);
  await tool.waitFor("reloaded always");

  for (const bad of ["", `health: { port: ${port}, details: sometimes }\n`, "logs: {}\n"]) {
    publish(bad);
    await eventually(async () => assert.equal(await lastReload(port), 0));
    assert.ok(!tool.stdout.includes("sometimes"));
    publish(`health: { port: ${port}, details: never }\n`);
    await eventually(async () => assert.equal(await lastReload(port), 1));
  }
  assert.equal((await tool.stop()).code, 0);
  assert.match(tool.stderr, /the new configuration is refused/);
});

test("SIGHUP reloads, also before anything is ready", async (t) => {
  const file = path.join(temporaryDirectory(t), "outrigger.yaml");
  writeFileSync(file, "health: { port: 0, details: auto }\n");
  const tool = start(t, ["-c", file]);
  await tool.waitFor("ready auto");
  tool.signal("SIGHUP");
  await tool.waitFor("reloaded auto");
});
