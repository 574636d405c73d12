import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { atEnd, type Scope } from "./at-end.ts";
import { eventually, type Patience } from "./eventually.ts";
import { keepRendering } from "./renderings.ts";

export const repository: string = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

export type ToolName = "log-tailer" | "healthz" | "metrics-exporter" | "egress-proxy" | "config-merge" | "outrigger";

export interface StartOptions {
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** Ends the process when the test is over, whatever happened. */
  test?: Scope;
  /** What the process reads from its standard input; without it the input is empty. */
  stdin?: string;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A record of a tool's own log. */
export type LogRecord = Record<string, unknown> & { time: string; level: string; tool: string; msg: string };

/** What is left when this process ends, as after a test that hangs: it must not stay behind. */
const children = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});

/** One of our tools as a real process. */
export class ToolProcess {
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  #stdout = "";
  #stderr = "";

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    children.add(child);
    child.once("exit", () => children.delete(child));
    // "close" comes after the last output, "exit" may come before it.
    this.exited = new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => resolve({ code, signal }));
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The tool's own log so far. */
  get logs(): LogRecord[] {
    return this.#stderr
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as LogRecord);
  }

  /** Waits until the output contains the text or matches. */
  async waitFor(
    wanted: string | RegExp,
    { on = "stdout", ...patience }: Patience & { on?: "stdout" | "stderr" } = {},
  ): Promise<string> {
    return eventually(() => {
      const output = this[on];
      const found = typeof wanted === "string" ? output.includes(wanted) : wanted.test(output);
      if (found) return output;
      throw new Error(
        `no ${wanted} on ${on} yet:\n${output.slice(-2000)}\n(other stream: ${this[on === "stdout" ? "stderr" : "stdout"].slice(-2000)})`,
      );
    }, patience);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Exit> {
    if (this.running) this.signal(signal);
    return this.exited;
  }
}

/** The file that `npx NAME` runs. */
export function entryOf(tool: ToolName): string {
  return path.join(repository, "packages", tool === "outrigger" ? "cli" : tool, "bin", `${tool}.js`);
}

/** Starts a tool with an environment that holds none of this machine's own OUTRIGGER_ variables. */
export function startTool(tool: ToolName, args: readonly string[] = [], options: StartOptions = {}): ToolProcess {
  const { env = {}, cwd = repository, test, stdin } = options;
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(OUTRIGGER|NODE_(?!COMPILE_CACHE$))/.test(name)),
  );
  const child = spawn(process.execPath, [entryOf(tool), ...args], {
    cwd,
    env: { ...inherited, ...env },
    stdio: [stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  child.stdin?.end(stdin);
  const started = new ToolProcess(child);
  if (test !== undefined) atEnd(test, () => started.stop("SIGKILL"));
  return started;
}

/** Runs a tool to its end. */
export async function runTool(
  tool: ToolName,
  args: readonly string[] = [],
  options: StartOptions = {},
): Promise<Exit & { stdout: string; stderr: string; logs: LogRecord[] }> {
  const running = startTool(tool, args, options);
  const exit = await running.exited;
  const { stdout, stderr } = running;
  if (tool === "metrics-exporter" && args.includes("--once") && exit.code === 0) keepRendering("text", stdout);
  // Read on demand: a command such as `healthz probe` writes plain text.
  return {
    ...exit,
    stdout,
    stderr,
    get logs() {
      return running.logs;
    },
  };
}
