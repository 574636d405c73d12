import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { eventually } from "../harness/eventually.ts";
import { get } from "../harness/http.ts";
import { freePort } from "../harness/ports.ts";
import { entryOf, startTool } from "../harness/tool.ts";
import { Workspace } from "./support.ts";

/** A ConfigMap volume as the kubelet lays it out and swaps it. */
class Volume {
  readonly #directory: string;
  #generation = 0;

  constructor(directory: string, files: Record<string, string>) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
    this.swap(files);
    for (const name of Object.keys(files)) symlinkSync(path.join("..data", name), path.join(directory, name));
  }

  swap(files: Record<string, string>): void {
    const generation = `..2026_${++this.#generation}`;
    mkdirSync(path.join(this.#directory, generation));
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(this.#directory, generation, name), text);
    symlinkSync(generation, path.join(this.#directory, "..data_tmp"));
    renameSync(path.join(this.#directory, "..data_tmp"), path.join(this.#directory, "..data"));
  }
}

/** An application that counts the calls it gets; `status` answers the next ones. */
async function application(test: TestContext, statuses: number[] = []): Promise<{ url: string; calls: string[] }> {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url}`);
    response.writeHead(statuses.shift() ?? 204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(test, () => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/reload`, calls };
}

test("every swap of ..data is followed, the application is told, and a bad source keeps the last good output", async (t) => {
  const workspace = new Workspace(t);
  const volume = new Volume(workspace.path("in"), { "a.json": '{"a": 1}' });
  const { url, calls } = await application(t);
  const port = await freePort();
  const args = ["./in/a.json", "-o", "out.json", "--watch", "--admin", String(port), "--on-change", `http:${url}`];
  const tool = startTool("config-merge", args, { cwd: workspace.directory, test: t });
  await eventually(async () => assert.equal((await get(`http://127.0.0.1:${port}/readyz`)).status, 200));
  await eventually(() => assert.deepEqual(calls, ["POST /reload"]));

  const reactions: number[] = [];
  for (const value of [2, 3, 4]) {
    const since = Date.now();
    volume.swap({ "a.json": `{"a": ${value}}` });
    await eventually(() => assert.equal(workspace.read("out.json"), `{"a": ${value}}`), { ms: 20_000 });
    reactions.push(Date.now() - since);
    // A call that is not heard before the next change is made for that one.
    await eventually(() => assert.equal(calls.length, value));
  }
  // The quickest of three, as a machine under load may delay any of them.
  assert.ok(Math.min(...reactions) < 2000, "within two seconds");

  volume.swap({ "a.json": '{"a": ' });
  await tool.waitFor(/in\/a\.json:1:7: the text ends/, { on: "stderr" });
  const metrics = async () => (await get(`http://127.0.0.1:${port}/metrics`)).body;
  await eventually(async () => assert.match(await metrics(), /outrigger_config_last_reload_successful 0/));
  assert.equal(workspace.read("out.json"), '{"a": 4}');
  assert.equal((await get(`http://127.0.0.1:${port}/readyz`)).status, 200);

  volume.swap({ "a.json": '{"a": 5}' });
  await eventually(() => assert.equal(workspace.read("out.json"), '{"a": 5}'));
  const text = await metrics();
  assert.match(text, /outrigger_config_last_reload_successful 1/);
  assert.match(text, /outrigger_config_passes_total\{result="changed"\} 5/);
  assert.match(text, /outrigger_config_output_hash\{output="out\.json"\} \d+/);
  assert.deepEqual(await tool.stop(), { code: 0, signal: null });
});

test("a changed configuration file is taken over, a bad one is refused", async (t) => {
  const workspace = new Workspace(t);
  const config = (text: string) => workspace.write("c/outrigger.yaml", text);
  const file = config("config:\n  out.txt: { content: one }\n");
  const tool = startTool("config-merge", ["--config", file, "--watch", "--admin", "off"], {
    cwd: workspace.directory,
    test: t,
  });
  await eventually(() => assert.equal(workspace.read("out.txt"), "one"));
  config("config:\n  out.txt: { kontent: two }\n");
  await tool.waitFor(/unknown key \\"kontent\\"/, { on: "stderr" });
  config("");
  await tool.waitFor(/empty/, { on: "stderr" });
  assert.equal(workspace.read("out.txt"), "one");
  config("config:\n  out.txt: { content: three }\n");
  await eventually(() => assert.equal(workspace.read("out.txt"), "three"));
  config("config:\n  out.txt: { content: four }\n");
  tool.signal("SIGHUP");
  await eventually(() => assert.equal(workspace.read("out.txt"), "four"));
});

test("a file deep inside a directory of values is followed", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("values/db/pool/size", "1");
  startTool("config-merge", ["./values/", "-o", "out.json", "--watch", "--admin", "off"], {
    cwd: workspace.directory,
    test: t,
  });
  const size = () => (JSON.parse(workspace.read("out.json")) as { db: { pool: { size: string } } }).db.pool.size;
  await eventually(() => assert.equal(size(), "1"));
  workspace.write("values/db/pool/size", "2");
  await eventually(() => assert.equal(size(), "2"), { ms: 20_000 });
});

test("a log in the directory of a source does not lead from one pass to the next", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("in.json", '{"a": 1}');
  const log = openSync(workspace.path("log"), "a");
  t.after(() => closeSync(log));
  const port = await freePort();
  const args = [entryOf("config-merge"), "./in.json", "-o", "out.json", "--watch", "--admin", String(port)];
  const tool = spawn(process.execPath, args, { cwd: workspace.directory, stdio: ["ignore", "ignore", log] });
  t.after(() => tool.kill("SIGKILL"));
  const passes = async () =>
    Number(
      /passes_total\{result="unchanged"\} (\d+)/.exec((await get(`http://127.0.0.1:${port}/metrics`)).body)?.[1] ?? 0,
    );
  // Writing the output, and the line about it, are one more reason each.
  await eventually(async () => assert.ok((await passes()) >= 1), { ms: 20_000 });
  workspace.write("in.json", '{"a": 2}');
  await eventually(() => assert.match(workspace.read("log"), /(wrote out\.json[\s\S]*){2}/), { ms: 20_000 });
  assert.equal(workspace.read("log").match(/\n/g)?.length, 2, "no line for passes that change nothing");
});

test("a first pass that fails ends with its exit status", async (t) => {
  const workspace = new Workspace(t);
  const { code } = await workspace.merge(["none.json", "-o", "out.json", "--watch", "--admin", "off"]);
  assert.equal(code, 3);
});

test("an optional source may appear later", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("in.json", '{"a": 1}');
  const config = "config:\n  out.json: { from: [in.json, { file: more/x.json, optional: true }] }\n";
  const file = workspace.write("outrigger.yaml", config);
  startTool("config-merge", ["--config", file, "--watch", "--admin", "off"], { cwd: workspace.directory, test: t });
  await eventually(() => assert.equal(workspace.read("out.json"), '{"a": 1}'));
  workspace.write("more/x.json", '{"a": 2}');
  await eventually(() => assert.equal(workspace.read("out.json"), '{"a": 2}'));
});

test("in a one-shot run the hook is called once, after a change only, and its failure does not count", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("in.json", "{}");
  const { url, calls } = await application(t, [503, 204]);
  const args = ["in.json", "-o", "out.json", "--on-change", url];
  assert.equal((await workspace.merge(args)).code, 0);
  assert.equal(calls.length, 2, "a failed attempt is repeated");
  assert.equal((await workspace.merge(args)).code, 0);
  assert.equal(calls.length, 2, "nothing changed");
  workspace.write("in.json", "[]");
  const { code, messages } = await workspace.merge([
    "in.json",
    "-o",
    "out.json",
    "--on-change",
    "http://127.0.0.1:1/x?s3cr3t",
  ]);
  assert.equal(code, 0);
  assert.match(messages.join("\n"), /could not tell the application about the change; the outputs are in place/);
  assert.doesNotMatch(messages.join("\n"), /s3cr3t/);
});

test("a signal goes to the processes whose command line matches", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("in.json", "{}");
  const marker = `marker-${process.pid}-${Math.random().toString(36).slice(2)}`;
  const script =
    "process.on('SIGUSR1', () => { console.log('told'); process.exit(0); }); setInterval(() => {}, 1000); console.log('up')";
  const app = spawn(process.execPath, ["-e", script, marker], { stdio: ["ignore", "pipe", "ignore"] });
  atEnd(t, () => app.kill("SIGKILL"));
  let output = "";
  app.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  await eventually(() => assert.match(output, /up/));
  const { code } = await workspace.merge(["in.json", "-o", "out.json", "--on-change", `signal:USR1:${marker}`]);
  assert.equal(code, 0);
  await eventually(() => assert.match(output, /told/));
  workspace.write("in.json", "[]");
  const none = await workspace.merge([
    "in.json",
    "-o",
    "out.json",
    "--on-change",
    "signal:HUP:no-such-application-here",
  ]);
  assert.equal(none.code, 0);
});

for (const [hook, message] of [
  ["signal:NOPE", /names no signal/],
  ["signal:HUP:(", /a pattern that cannot be used/],
  ["ftp://x", /neither a URL nor a signal/],
] as const) {
  test(`--on-change ${hook} is refused with exit status 2`, async (t) => {
    const { code, messages } = await new Workspace(t).merge(["--on-change", hook]);
    assert.equal(code, 2);
    assert.match(messages.join("\n"), message);
  });
}
