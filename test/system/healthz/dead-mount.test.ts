// A file system that never answers, as a network file system whose server has gone: every system call on it hangs.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { atEnd } from "../../harness/at-end.ts";
import { eventually } from "../../harness/eventually.ts";
import { get } from "../../harness/http.ts";
import { freePort } from "../../harness/ports.ts";
import { temporaryDirectory } from "../../harness/temporary.ts";
import { entryOf } from "../../harness/tool.ts";

const FUSE = "/dev/fuse";
const skip = process.getuid?.() !== 0 || !existsSync(FUSE) ? "to mount a file system needs root and FUSE" : false;

/** Starts healthz where `directory` is a FUSE file system whose server, this process, reads no request (fuse(4)). */
function startWithDeadMount(t: TestContext, directory: string, config: string): ChildProcess {
  const server = openSync(FUSE, "r+");
  atEnd(t, () => closeSync(server));
  const script = 'mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 dead "$1" && shift && exec "$@" 3<&-';
  const command = ["sh", "-c", script, "sh", directory, process.execPath, entryOf("healthz"), "--config", config];
  const tool = spawn("unshare", ["--mount", ...command], { stdio: ["ignore", "ignore", "ignore", server] });
  atEnd(t, () => tool.kill("SIGKILL"));
  return tool;
}

test("checks of a dead mount time out, hinder no other, and do not keep the tool from its end", { skip }, async (t) => {
  const directory = temporaryDirectory(t);
  const mount = path.join(directory, "mount");
  mkdirSync(mount);
  const config = path.join(directory, "outrigger.yaml");
  const port = await freePort();
  const quick = { interval: "100ms", timeout: "300ms", fall: 1 };
  const checks = {
    file: { file: path.join(mount, "heartbeat"), ...quick },
    disk: { disk: mount, ...quick },
    other: { file: config, ...quick, timeout: "10s" },
  };
  writeFileSync(config, JSON.stringify({ health: { port, checks } }));
  const tool = startWithDeadMount(t, mount, config);
  const ended = new Promise((resolve) => tool.once("exit", (code, signal) => resolve({ code, signal })));

  const details = async () => JSON.parse((await get(`http://127.0.0.1:${port}/?verbose`)).body).checks;
  await eventually(async () => {
    const { file, disk, other } = await details();
    assert.deepEqual([file.status, disk.status, other.status], ["FAIL", "FAIL", "OK"]);
    for (const { error } of [file, disk]) assert.match(error, /^timeout: the run that timed out before/);
  });
  tool.kill("SIGTERM");
  assert.deepEqual(await ended, { code: 0, signal: null });
});
