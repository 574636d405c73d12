import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { freePort } from "../harness/ports.ts";
import { runTool, startTool } from "../harness/tool.ts";
import { startHealthz } from "./healthz.ts";
import { startTarget, status } from "./target.ts";

const NO_FILE = { OUTRIGGER_CONFIG: "/dev/null" };

test("--add and --check NAME=URL add checks, --port says where to listen", async (t) => {
  const target = await startTarget(t);
  const port = await freePort();
  const checks = ["--add", `a=${target.url}`, "--check", `b=${target.url}?x=y`, `--check=c=${target.url}`];
  const tool = startTool("healthz", ["--port", String(port), ...checks], { test: t, env: NO_FILE });
  await tool.waitFor(`"port":${port}`, { on: "stderr" });
  for (const name of ["a", "b", "c"])
    await tool.waitFor(new RegExp(`check is OK","check":"${name}"`), { on: "stderr" });
});

test("--check alone validates", async () => {
  const valid = await runTool("healthz", ["--add", "a=tcp://x:1", "--check"], { env: NO_FILE });
  assert.deepEqual([valid.code, valid.stdout], [0, "ok\n"]);
  const invalid = await runTool("healthz", ["--check", "--set", "health.port=99999"], { env: NO_FILE });
  assert.deepEqual([invalid.code, invalid.stdout], [2, ""]);
  assert.match(invalid.stderr, /health\.port/);
});

test("a command's --help shows what the tool takes, and does nothing else", async () => {
  for (const args of [
    ["wait", "--help"],
    ["wait", "tcp://127.0.0.1:1", "-h"],
    ["drain", "off", "--help"],
  ]) {
    const { code, stdout, stderr } = await runTool("healthz", args, { env: NO_FILE });
    assert.deepEqual([code, stderr], [0, ""], args.join(" "));
    assert.match(stdout, /wait TARGET…/);
  }
});

const misuses: [args: string[], message: RegExp][] = [
  [["--add", "nothing"], /write NAME=URL/],
  [["--add", "=http://x/"], /write NAME=URL/],
  [["--add", "a=tcp://x:1", "--add", "a=tcp://y:1"], /is added twice/],
  [["--add", "a=ftp://x"], /ftp:\/\/ is not known/],
  [["--add", "a b=tcp://x:1"], /must be a check's name/],
  [["--prot", "1"], /--prot.*--port/],
  [["extra"], /unexpected argument/],
];
for (const [args, message] of misuses) {
  test(`${args.join(" ")} is refused with status 2`, async () => {
    const { code, stderr } = await runTool("healthz", args, { env: NO_FILE });
    assert.equal(code, 2);
    assert.match(stderr, message);
  });
}

test("an unknown key is named with its place and the nearest key", async (t) => {
  const { file, configure } = await startHealthz(t, {});
  configure({ checks: { web: { http: "http://x/", intervall: "5s" } } });
  const { code, stderr } = await runTool("healthz", ["--config", file, "--check"]);
  assert.equal(code, 2);
  assert.match(stderr, /outrigger\.yaml:1:\d+: .*intervall.*interval/);
});

test("a port in use ends it with status 1 and the port's number", async (t) => {
  const { port } = await startTarget(t);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  atEnd(t, () => server.close());
  const taken = (server.address() as AddressInfo).port;
  const { code, stderr } = await runTool("healthz", ["--port", String(taken), "--add", `a=tcp://127.0.0.1:${port}`], {
    env: NO_FILE,
  });
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`${taken}.*health\\.port`));
});

test("probe says by its status whether a URL is healthy", async (t) => {
  const target = await startTarget(t);
  const probe = (...args: string[]) => runTool("healthz", ["probe", ...args]);
  assert.deepEqual(await probe(target.url).then(({ code, stdout, stderr }) => [code, stdout, stderr]), [0, "", ""]);
  target.listener = status(302, { location: "http://elsewhere.example/" });
  assert.equal((await probe(target.url)).code, 0);
  target.listener = status(503);
  const failing = await probe(target.url);
  assert.deepEqual([failing.code, failing.stderr], [1, "healthz probe: status 503, expected 200-399\n"]);
  await target.close();
  const refused = await probe(target.url);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /^healthz probe: connection refused.*\n$/);
  for (const args of [
    [],
    ["localhost:8080"],
    ["ftp://localhost/"],
    ["http://"],
    [target.url, "more"],
    ["http://%zz@x/"],
  ]) {
    assert.equal((await probe(...args)).code, 2, args.join(" "));
  }
});

test("probe gives up after three seconds in all", async (t) => {
  const { url } = await startTarget(t, () => {});
  const { code, stderr } = await runTool("healthz", ["probe", url]);
  assert.equal(code, 1);
  assert.match(stderr, /timeout: no answer within 3000 ms/);
});
