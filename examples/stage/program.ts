import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const root = join(import.meta.dirname, "..", "..");

export interface ProgramOptions {
  environment?: NodeJS.ProcessEnv;
  /** Called with every line of standard output. */
  onLine?: (line: string) => void;
  /** Called with every line of standard error. */
  onError?: (line: string) => void;
}

/** A running process of an example, with what it has written so far. */
export interface Program {
  readonly pid: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The exit status, or 128 + N after signal N; resolves once its output is complete. */
  readonly ended: Promise<number>;
  signal(signal: NodeJS.Signals): void;
  /** Sends SIGTERM, after ten seconds SIGKILL, and returns the exit status. */
  stop(): Promise<number>;
}

/** The arguments that start one of the tools, or `outrigger`, from the sources. */
export function tool(name: string, ...args: string[]): string[] {
  const folder = name === "outrigger" ? "cli" : name;
  return [process.execPath, join(root, "packages", folder, "bin", `${name}.js`), ...args];
}

/** The arguments that start one of the applications in `examples/apps`. */
export function application(name: string, ...args: string[]): string[] {
  return [process.execPath, join(root, "examples", "apps", name, `${name}.mjs`), ...args];
}

/** Starts a program; nothing of it is left when this process ends. */
export function start(command: string[], { environment, onLine, onError }: ProgramOptions = {}): Program {
  const [file = "", ...args] = command;
  const child = spawn(file, args, { env: environment ?? process.env, stdio: ["ignore", "pipe", "pipe"] });
  const written = { stdout: "", stderr: "" };
  collect(child, "stdout", written, onLine);
  collect(child, "stderr", written, onError);
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGKILL"]));
  }).finally(() => process.removeListener("exit", kill));
  return {
    pid: child.pid ?? 0,
    get stdout() {
      return written.stdout;
    },
    get stderr() {
      return written.stderr;
    },
    ended,
    signal: (signal) => void child.kill(signal),
    async stop() {
      child.kill("SIGTERM");
      const timer = setTimeout(kill, 10_000);
      return ended.finally(() => clearTimeout(timer));
    },
  };
}

type Stream = "stdout" | "stderr";

function collect(
  child: ChildProcess,
  stream: Stream,
  written: Record<Stream, string>,
  onLine?: (line: string) => void,
) {
  child[stream]?.setEncoding("utf8").on("data", (text: string) => {
    written[stream] += text;
  });
  if (onLine && child[stream]) createInterface({ input: child[stream] }).on("line", onLine);
}
