import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import type { TestContext } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { entryOf, repository } from "../harness/tool.ts";
import { options, type Settings } from "./tailer.ts";

/** log-tailer whose output is read only as the test wants. Its standard output is a real pipe, not a socket pair. */
export class PipedTailer {
  readonly pid: number;
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  stderr = "";
  bytes = 0;
  readonly #hash = createHash("sha256");
  readonly #child;

  constructor(t: TestContext, files: readonly string[], settings: Settings = {}, nodeFlags: readonly string[] = []) {
    // `cat` makes the pipe between the two a FIFO of the kernel: the tool writes into it, not into our socket.
    const command = `exec 3>&1; { "$@" & echo $! >&2; wait $!; echo "exit $?" >&2; } | cat >&3`;
    const args = [process.execPath, ...nodeFlags, entryOf("log-tailer"), ...files, ...options(settings)];
    this.#child = spawn("/bin/sh", ["-c", command, "sh", ...args], {
      cwd: repository,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, OUTRIGGER_LOG_LEVEL: "debug", OUTRIGGER_LOG_FORMAT: "json" },
    });
    this.pid = this.#child.pid!;
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    this.exited = new Promise((resolve) => this.#child.on("close", (code, signal) => resolve({ code, signal })));
    // The whole group: a `cat` that nobody reads from would stay.
    atEnd(t, () => killGroup(this.pid));
  }

  /** The tool's own process. */
  get tool(): number {
    return Number(this.stderr.split("\n")[0]);
  }

  /** The tool's exit status, once it has ended. */
  get status(): number | undefined {
    const found = /^exit (\d+)$/m.exec(this.stderr);
    return found === null ? undefined : Number(found[1]);
  }

  get sha256(): string {
    return this.#hash.copy().digest("hex");
  }

  /** Starts to read, at most so many bytes a second. */
  read(bytesPerSecond = Number.POSITIVE_INFINITY): void {
    const { stdout } = this.#child;
    stdout.on("data", (chunk: Buffer) => {
      this.bytes += chunk.length;
      this.#hash.update(chunk);
      if (bytesPerSecond === Number.POSITIVE_INFINITY) return;
      stdout.pause();
      setTimeout(() => stdout.resume(), (chunk.length / bytesPerSecond) * 1000);
    });
  }

  /** Starts to read; returns what gives all that was read so far. */
  readText(): () => string {
    const chunks: Buffer[] = [];
    this.#child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    return () => Buffer.concat(chunks).toString();
  }

  signal(signal: NodeJS.Signals): void {
    try {
      process.kill(this.tool, signal);
    } catch {
      // It has ended.
    }
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

export function sha256(bytes: string | Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
