import { start } from "../../examples/stage/program.ts";
import { eventually } from "../../test/harness/eventually.ts";
import type { ToolProcess } from "../../test/harness/tool.ts";
import type { Screen, Speaker } from "./screen.ts";

/** A record of a tool's own log. */
export type LogRecord = Readonly<Record<string, unknown>>;

export interface Launch {
  command: string[];
  environment: NodeJS.ProcessEnv;
  /** Called with every line of standard output. */
  onLine?: (line: string) => void;
}

/** The demo's processes: labelled on the screen, watched while they run, ended in order. */
export class Processes {
  /** What the tools wrote to their own logs. */
  readonly records: LogRecord[] = [];
  readonly #screen: Screen;
  readonly #interrupted: AbortSignal;
  readonly #kept: { speaker: Speaker; process: ToolProcess }[] = [];
  #failure: Error | undefined;
  #closing = false;

  constructor(screen: Screen, interrupted: AbortSignal) {
    this.#screen = screen;
    this.#interrupted = interrupted;
  }

  /** Starts a process that ends by itself. */
  run(speaker: Speaker, { command, environment, onLine }: Launch): ToolProcess {
    const onError = (line: string) => this.#showRecord(speaker, line);
    return start(command, { environment, ownGroup: true, onError, ...(onLine && { onLine }) });
  }

  /** Starts a process that has to run until `stop`: when it ends earlier, whoever waits gets its last words. */
  keep(speaker: Speaker, launch: Launch): ToolProcess {
    const process = this.run(speaker, launch);
    this.#kept.push({ speaker, process });
    process.exited.then(({ code, signal }) => {
      if (this.#closing) return;
      this.#failure = new Error(`${speaker} has ended unasked (${signal ?? `exit ${code}`}):\n${process.stderr}`);
    });
    return process;
  }

  /** Like `eventually`, given up when a process has ended unasked or the demo is interrupted. */
  async wait<T>(attempt: () => T | Promise<T>): Promise<T> {
    const outcome = await eventually(
      async () => {
        const reason = this.#failure ?? (this.#interrupted.aborted ? (this.#interrupted.reason as Error) : undefined);
        return reason ? { reason } : { value: await attempt() };
      },
      { ms: 20_000, every: 50 },
    );
    if (outcome.reason) throw outcome.reason;
    return outcome.value as T;
  }

  /** Ends what was kept, the last started first, each after the one before; false when one did not end with 0. */
  async stop(): Promise<boolean> {
    this.#closing = true;
    let clean = true;
    for (const { speaker, process } of this.#kept.reverse()) {
      const wasRunning = process.running;
      process.signal("SIGCONT");
      const { code } = await process.stop();
      if (wasRunning) this.#screen.line(speaker, `ended with exit status ${code}`);
      clean &&= code === 0;
    }
    return clean;
  }

  /** Shows what matters of a tool's log (warnings, errors, what the proxy decided) as a person would read it. */
  #showRecord(speaker: Speaker, line: string): void {
    let record: LogRecord;
    try {
      record = JSON.parse(line) as LogRecord;
    } catch {
      this.#screen.line(speaker, line);
      return;
    }
    this.records.push(record);
    const { time: _time, tool: _tool, level, msg, ...fields } = record;
    if (msg !== "egress" && level !== "warn" && level !== "error") return;
    const details = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
    this.#screen.line(speaker, `log, ${level}: ${[msg, ...details].join(" ")}`);
  }
}
