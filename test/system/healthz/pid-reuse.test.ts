import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { atEnd } from "../../harness/at-end.ts";
import { eventually } from "../../harness/eventually.ts";
import { get } from "../../harness/http.ts";
import { freePort } from "../../harness/ports.ts";
import { temporaryDirectory } from "../../harness/temporary.ts";
import { entryOf } from "../../harness/tool.ts";

// In a pid namespace of its own the next pid can be chosen (pid_namespaces(7), ns_last_pid).
const SCRIPT = `
  "$@" & # healthz
  /bin/sh -c 'read line' application </dev/zero &
  first=$!
  read go
  kill -KILL $first; wait $first 2>/dev/null
  echo $((first - 1)) > /proc/sys/kernel/ns_last_pid
  sleep 1000 &
  echo "$first $!"
  wait`;

test("another process under the pid of the one that matched is not it", async (t) => {
  if (process.getuid?.() !== 0) return t.skip("a pid namespace with a chosen pid needs root");
  const port = await freePort();
  const config = path.join(temporaryDirectory(t), "outrigger.yaml");
  const app = { process: "application$", interval: "1s", fall: 1 };
  writeFileSync(config, JSON.stringify({ health: { port, checks: { app } } }));
  const command = [process.execPath, entryOf("healthz"), "--config", config];
  const namespace = spawn(
    "unshare",
    ["--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c", SCRIPT, "sh", ...command],
    {
      stdio: ["pipe", "pipe", "ignore"],
    },
  );
  atEnd(t, () => namespace.kill("SIGKILL"));
  let said = "";
  namespace.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const answers = async (status: number) =>
    eventually(async () => assert.equal((await get(`http://127.0.0.1:${port}/healthz/app`)).status, status));
  await answers(200);
  namespace.stdin.write("\n");
  await eventually(() => assert.match(said, /^(\d+) \1\n$/));
  await answers(503);
});
