// The programs that are compared, each as its manual says to follow a file by name from its beginning.
import { type ChildProcess, spawn } from "node:child_process";
import { entryOf } from "../../test/harness/tool.ts";

export interface FollowerKind {
  readonly name: string;
  readonly command: (file: string) => readonly string[];
}

const logTailer = (file: string, ...options: string[]) => [
  process.execPath,
  entryOf("log-tailer"),
  file,
  "--set",
  "logs.admin.port=0",
  ...options,
];

/** log-tailer as it comes, and without events. */
export const ours: readonly FollowerKind[] = [
  { name: "log-tailer", command: (file) => logTailer(file) },
  { name: "log-tailer --poll", command: (file) => logTailer(file, "--poll") },
];

export const peers: readonly FollowerKind[] = [
  { name: "GNU tail -F", command: (file) => ["tail", "-n", "+1", "-F", file] },
  { name: "busybox tail -F", command: (file) => ["busybox", "tail", "-n", "+1", "-F", file] },
];

/** One running program and what it has shown so far. */
export class Follower {
  readonly kind: FollowerKind;
  output = "";
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  constructor(kind: FollowerKind, file: string) {
    this.kind = kind;
    const [program = "", ...args] = kind.command(file);
    this.#child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.output += text;
    });
    this.#ended = new Promise((resolve, reject) => {
      this.#child.on("error", reject);
      this.#child.on("close", () => resolve());
    });
  }

  /** Throws when it has ended before. */
  async stop(): Promise<void> {
    const { exitCode } = this.#child;
    if (exitCode !== null) throw new Error(`${this.kind.name} ended by itself with ${exitCode}`);
    this.#child.kill("SIGTERM");
    await this.#ended;
  }
}
