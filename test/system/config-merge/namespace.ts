import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import { temporaryDirectory } from "../../harness/temporary.ts";
import { entryOf, repository } from "../../harness/tool.ts";

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The messages of the tool's own log. */
  readonly messages: readonly string[];
}

/**
 * A root file system of a test's own, in a mount namespace: the machine's programs read-only, and empty `/config-in`
 * and `/config-out`. `setup` is shell text that prepares it, `run` the one that counts; `$MERGE` starts config-merge.
 */
export async function inNamespace(
  test: TestContext,
  { setup = "", run, env = {} }: { setup?: string; run: string; env?: Record<string, string> },
): Promise<Outcome> {
  const root = temporaryDirectory(test);
  mkdirSync(path.join(root, "r"));
  const script = `set -e
    mount -t tmpfs tmpfs "${root}/r"
    cd "${root}/r"
    mkdir -p config-in config-out proc dev tmp
    for directory in bin lib lib64 usr etc "${repository.slice(1)}" "${path.dirname(path.dirname(process.execPath)).slice(1)}"; do
      [ -d "/$directory" ] || continue
      mkdir -p "$directory"
      mount --rbind "/$directory" "$directory"
    done
    mount --rbind /proc proc
    mount --rbind /dev dev
    ${setup}
    exec chroot . /bin/sh -c '${run.replaceAll("'", "'\\''")}'`;
  const child = spawn("unshare", ["--map-root-user", "--mount", "sh", "-c", script], {
    env: { PATH: process.env.PATH, MERGE: `${process.execPath} ${entryOf("config-merge")}`, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  const records = stderr.split("\n").filter((line) => line.startsWith("{"));
  return { code, stdout, stderr, messages: records.map((line) => (JSON.parse(line) as { msg: string }).msg) };
}
