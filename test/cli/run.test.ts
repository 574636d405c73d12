import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { eventually } from "../harness/eventually.ts";
import { get } from "../harness/http.ts";
import { freePort } from "../harness/ports.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { startTool, type ToolProcess } from "../harness/tool.ts";

interface Started {
  running: ToolProcess;
  directory: string;
}

/** `outrigger run` in a directory of its own, which `DIR` stands for in the configuration and the command. */
function run(t: TestContext, text: string, command: readonly string[] = [], env: Record<string, string> = {}): Started {
  const directory = temporaryDirectory(t);
  const file = path.join(directory, "outrigger.yaml");
  writeFileSync(file, text.replaceAll("DIR", directory));
  const rest = command.length > 0 ? ["--", ...command.map((word) => word.replaceAll("DIR", directory))] : [];
  return { running: startTool("outrigger", ["run", "-c", file, ...rest], { test: t, env }), directory };
}

const node = process.execPath;
/** An application that stays until a signal ends it. */
const patient = [node, "-e", "console.log('application', process.pid); setInterval(() => {}, 1000)"];

/** The process id that `patient` has printed. */
async function pidOf(running: ToolProcess): Promise<number> {
  return Number(/application (\d+)/.exec(await running.waitFor(/application \d+\n/))?.[1]);
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "latin1"));
  } catch {
    return false;
  }
}

for (const [command, status] of [
  [[node, "-e", "process.exit(7)"], 7],
  [[node, "-e", "0"], 0],
  [[node, "-e", "process.kill(process.pid, 'SIGKILL')"], 137],
  [["DIR/no-such-program"], 127],
  [["DIR"], 126],
] as const) {
  test(`the exit status is the application's: ${command.join(" ").replace(node, "node")} gives ${status}`, async (t) => {
    const port = await freePort();
    const { running } = run(t, `health: { port: ${port} }\n`, command);
    assert.deepEqual(await running.exited, { code: status, signal: null });
  });
}

test("the application gets its arguments as given, its streams and its environment, and stdout holds nothing else", async (t) => {
  const port = await freePort();
  const script = "console.log(JSON.stringify(process.argv.slice(1)), process.env.COLOUR); console.error('to stderr')";
  const { running } = run(t, `health: { port: ${port} }\n`, [node, "-e", script, "a b", "$HOME", "--", "-c"], {
    COLOUR: "green",
  });
  assert.equal((await running.exited).code, 0);
  assert.equal(running.stdout, '["a b","$HOME","--","-c"] green\n');
  assert.match(running.stderr, /^to stderr$/m);
});

test("config is merged before the application starts", async (t) => {
  const text = 'config: { DIR/out.json: { from: [DIR/in.json], set: { a.b: "env:VALUE" } } }\n';
  const directory = temporaryDirectory(t);
  const file = path.join(directory, "outrigger.yaml");
  writeFileSync(file, text.replaceAll("DIR", directory));
  writeFileSync(path.join(directory, "in.json"), '{"a": {"b": "x"}}\n');
  const script = `process.stdout.write(fs.readFileSync("${directory}/out.json", "utf8"))`;
  const running = startTool("outrigger", ["run", "-c", file, "--", node, "-e", script], {
    test: t,
    env: { VALUE: "merged" },
  });
  assert.deepEqual(await running.exited, { code: 0, signal: null });
  assert.equal(running.stdout, '{"a": {"b": "merged"}}\n');
});

test("a failing config ends with config-merge's own status, and the application never starts", async (t) => {
  const text = 'config: { DIR/out.json: { from: [DIR/outrigger.yaml], set: { a: "env:NOT_THERE" } } }\n';
  const { running, directory } = run(t, text, [node, "-e", "fs.writeFileSync('DIR/started', '')"]);
  assert.deepEqual(await running.exited, { code: 5, signal: null });
  assert.match(running.stderr, /NOT_THERE/);
  assert.ok(!existsSync(path.join(directory, "started")) && !existsSync(path.join(directory, "out.json")));
});

test("with config alone it ends after the merge", async (t) => {
  const { running, directory } = run(t, "config: { DIR/out.json: { from: [DIR/outrigger.yaml] } }\n");
  assert.deepEqual(await running.exited, { code: 0, signal: null });
  assert.ok(existsSync(path.join(directory, "out.json")));
});

test("mistakes of all sections are reported at once, and nothing starts", async (t) => {
  const { running, directory } = run(t, "health: { prot: 1 }\negress: { alow: [] }\n", [
    node,
    "-e",
    "fs.writeFileSync('DIR/started', '')",
  ]);
  assert.deepEqual(await running.exited, { code: 2, signal: null });
  assert.match(running.stderr, /health\.prot/);
  assert.match(running.stderr, /egress\.alow/);
  assert.ok(!existsSync(path.join(directory, "started")));
});

test("a port in use is status 1, names the key, and the application never starts", async (t) => {
  const taken = createServer().listen(0);
  atEnd(t, () => taken.close());
  const { port } = taken.address() as { port: number };
  const { running } = run(t, `health: { port: ${port} }\n`, patient);
  assert.deepEqual(await running.exited, { code: 1, signal: null });
  assert.match(running.stderr, new RegExp(`${port}.*health\\.port`));
  assert.equal(running.stdout, "");
});

test("the tools listen before the application starts, and stop after it has ended", async (t) => {
  const port = await freePort();
  const probe = "fetch('http://127.0.0.1:' + process.argv[1] + '/-/readyz').then((r) => console.log(r.status))";
  const { running } = run(t, `health: { port: ${port} }\n`, [node, "-e", probe, String(port)]);
  assert.equal((await running.exited).code, 0);
  assert.equal(running.stdout, "200\n");
});

test("without an application it runs until SIGTERM, then ends with 0", async (t) => {
  const port = await freePort();
  const { running } = run(t, `health: { port: ${port} }\n`);
  await eventually(async () => assert.equal((await get(`http://127.0.0.1:${port}/`)).status, 200));
  assert.deepEqual(await running.stop("SIGTERM"), { code: 0, signal: null });
});

for (const [signal, status] of [
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const) {
  test(`${signal} goes to the application first; the status is what it makes of it`, async (t) => {
    const port = await freePort();
    const { running } = run(t, `health: { port: ${port} }\n`, patient);
    const pid = await pidOf(running);
    assert.deepEqual(await running.stop(signal), { code: status, signal: null });
    assert.ok(!isAlive(pid));
  });
}

test("an application that ends cleanly on SIGTERM gives 0", async (t) => {
  const port = await freePort();
  const script =
    "process.on('SIGTERM', () => process.exit(0)); console.log('application', process.pid); setInterval(() => {}, 1000)";
  const { running } = run(t, `health: { port: ${port} }\n`, [node, "-e", script]);
  await pidOf(running);
  assert.deepEqual(await running.stop("SIGTERM"), { code: 0, signal: null });
});

test("the second signal ends all at once, also an application that ignores the first", async (t) => {
  const port = await freePort();
  const script =
    "process.on('SIGTERM', () => console.log('ignored')); console.log('application', process.pid); setInterval(() => {}, 1000)";
  const { running } = run(t, `health: { port: ${port} }\n`, [node, "-e", script]);
  const pid = await pidOf(running);
  running.signal("SIGTERM");
  await running.waitFor("ignored");
  assert.deepEqual(await running.stop("SIGTERM"), { code: 143, signal: null });
  await eventually(() => assert.ok(!isAlive(pid)));
});

test("the application does not outlive a run that is killed", async (t) => {
  const port = await freePort();
  const { running } = run(t, `health: { port: ${port} }\n`, patient);
  const pid = await pidOf(running);
  running.signal("SIGKILL");
  await eventually(() => assert.ok(!isAlive(pid)));
});

test("the application's clients are led through the egress proxy, which lets a route of localhost pass", async (t) => {
  const [proxy, admin] = [await freePort(), await freePort()];
  const script =
    "console.log(JSON.stringify(['http_proxy', 'HTTPS_PROXY', 'no_proxy', 'NODE_USE_ENV_PROXY'].map((name) => process.env[name])))";
  const text = `egress: { listen: '127.0.0.1:${proxy}', admin: { port: ${admin} }, routes: { 'http://localhost/api': 'http://x/' } }\n`;
  const { running } = run(t, text, [node, "-e", script], { no_proxy: "" });
  assert.equal((await running.exited).code, 0);
  const url = `http://127.0.0.1:${proxy}`;
  assert.deepEqual(JSON.parse(running.stdout), [url, url, "", "1"]);
  assert.match(running.stderr, /keeps its own proxy variables.*no_proxy/);
});

test("a changed file is reloaded by all sections, and a bad one changes nothing", async (t) => {
  const [port, metrics] = [await freePort(), await freePort()];
  const { running, directory } = run(t, `health: { port: ${port} }\nmetrics: { port: ${metrics} }\n`, patient);
  await pidOf(running);
  const file = path.join(directory, "outrigger.yaml");
  const health = `http://127.0.0.1:${port}/`;
  writeFileSync(
    file,
    `health: { port: ${port}, checks: { gone: { file: ${directory}/gone } } }\nmetrics: { port: ${metrics} }\n`,
  );
  await eventually(async () => assert.equal((await get(health)).status, 503));
  writeFileSync(file, `health: { port: ${port}, cheks: {} }\nmetrics: { port: ${metrics} }\n`);
  await running.waitFor(/health\.cheks/, { on: "stderr" });
  assert.equal((await get(health)).status, 503);
});

test("config is merged again when the file changes", async (t) => {
  const port = await freePort();
  const configuration = (value: string) =>
    `health: { port: ${port} }\nconfig: { DIR/out.json: { from: [], set: { a: ${value} } } }\n`;
  const { running, directory } = run(t, configuration("one"), patient);
  await pidOf(running);
  const output = path.join(directory, "out.json");
  assert.deepEqual(JSON.parse(readFileSync(output, "utf8")), { a: "one" });
  writeFileSync(path.join(directory, "outrigger.yaml"), configuration("two").replaceAll("DIR", directory));
  await eventually(() => assert.deepEqual(JSON.parse(readFileSync(output, "utf8")), { a: "two" }));
});

test("nothing to run is a usage error", async (t) => {
  const { running } = run(t, "{}\n");
  assert.deepEqual(await running.exited, { code: 2, signal: null });
  assert.match(running.stderr, /nothing to run/);
});
