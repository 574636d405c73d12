import { type ChildProcess, spawn } from "node:child_process";
import type { TestContext } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { eventually } from "../harness/eventually.ts";
import { entryOf, type LogRecord, repository } from "../harness/tool.ts";
import { options, type Settings } from "./tailer.ts";

/** log-tailer started by another program, which confines it. */
export class CommandTailer {
  stdout = "";
  stderr = "";
  readonly #child: ChildProcess;

  /** @param command program and arguments that are followed by the tailer's own, and become its process */
  constructor(t: TestContext, command: readonly string[], files: readonly string[], settings: Settings) {
    const [program = "", ...args] = [
      ...command,
      process.execPath,
      entryOf("log-tailer"),
      ...files,
      ...options(settings),
    ];
    this.#child = spawn(program, args, {
      cwd: repository,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, OUTRIGGER_LOG_FORMAT: "json" },
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    atEnd(t, () => this.#child.kill("SIGKILL"));
  }

  get lines(): readonly string[] {
    return this.stdout.split("\n").slice(0, -1);
  }

  get warnings(): readonly LogRecord[] {
    const records = this.stderr.split("\n").slice(0, -1);
    return records.map((line) => JSON.parse(line) as LogRecord).filter(({ level }) => level === "warn");
  }

  waitFor(text: string): Promise<void> {
    return eventually(() => {
      if (!this.stdout.includes(text)) throw new Error(`no ${text} in ${this.stdout}\n${this.stderr}`);
    });
  }

  warning(wanted: RegExp): Promise<LogRecord> {
    return eventually(() => {
      const found = this.warnings.find(({ msg }) => wanted.test(msg));
      if (found === undefined) throw new Error(`no ${wanted} in ${this.stderr}`);
      return found;
    });
  }
}
