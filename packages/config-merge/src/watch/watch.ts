import { adminRoutes } from "@outrigger/runtime/admin";
import { serveAdmin } from "@outrigger/runtime/admin-server";
import { onFirstSignal } from "@outrigger/runtime/early";
import type { Log } from "@outrigger/runtime/log";
import { callHook, whileWatching } from "../hook/call.ts";
import type { Hook } from "../hook/spec.ts";
import { pathsRead } from "../plan.ts";
import { messagesOf, reportAll } from "../report.ts";
import type { Outcome, RunOptions } from "../run.ts";
import { run } from "../run.ts";
import { WatchMetrics } from "./metrics.ts";
import { directoriesOf, frozenPaths } from "./places.ts";
import { Watcher } from "./watcher.ts";

export interface WatchOptions {
  /** Reads the configuration again and says what a pass is to do. Throws what a bad configuration deserves. */
  readonly load: () => Promise<RunOptions>;
  /** The configuration file and the directories that belong to no plan yet. */
  readonly extraPaths: readonly string[];
  readonly hook: Hook | undefined;
  /** Port of the admin endpoints; 0 for none. */
  readonly port: number;
  readonly log: Log;
}

/**
 * `--watch`: a first pass as without it, then another one after every change, until a signal. A failing pass keeps the
 * last good outputs and the process. Resolves with the exit status; rejects when the first pass fails.
 */
export async function watchSources(options: WatchOptions): Promise<number> {
  const stopped = new Promise<void>((resolve) => onFirstSignal(() => resolve()));
  const session = new Session(options);
  const { port, log } = options;
  const routes = adminRoutes({
    tool: "config-merge",
    registry: session.metrics.registry,
    ready: () => session.trouble,
  });
  const server = await serveAdmin({ port, key: "--admin", routes, log });
  try {
    await session.first();
    await stopped;
  } finally {
    session.close();
    await server?.close();
  }
  return 0;
}

class Session {
  readonly metrics = new WatchMetrics();
  readonly #options: WatchOptions;
  readonly #watcher: Watcher;
  readonly #hangUp = () => this.#request();
  /** Why no pass has been good so far. */
  trouble: string | undefined = "the first pass has not ended";
  #failure: string | undefined;
  #running = false;
  #again = false;
  #closed = false;
  #hook = new AbortController();
  #warned = new Set<string>();

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#watcher = new Watcher(() => this.#request());
  }

  async first(): Promise<void> {
    // Watches come before reading: a change in between is seen.
    this.#running = true;
    try {
      await this.#pass();
    } finally {
      this.#running = false;
    }
    process.on("SIGHUP", this.#hangUp);
    if (this.#again) this.#request();
  }

  close(): void {
    this.#closed = true;
    process.off("SIGHUP", this.#hangUp);
    this.#watcher.close();
    this.#hook.abort();
  }

  /** One pass at a time; what happens meanwhile leads to one more. */
  #request(): void {
    if (this.#closed) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    this.#again = false;
    void this.#attempt().finally(() => {
      this.#running = false;
      if (this.#again) this.#request();
    });
  }

  async #attempt(): Promise<void> {
    try {
      await this.#pass();
    } catch (error) {
      this.metrics.failed();
      const failure = messagesOf(error).join("\n");
      if (failure === this.#failure) return;
      this.#failure = failure;
      reportAll(this.#options.log, error);
      this.#options.log.error("the outputs stay as they are until the sources are good again");
    }
  }

  async #pass(): Promise<void> {
    const options = await this.#options.load();
    const plan = options.plan();
    const paths = [...pathsRead(plan), ...this.#options.extraPaths];
    this.#watcher.follow(directoriesOf(paths));
    this.#warnOfFrozen(paths);
    const outcome = await run({ ...options, plan: () => plan, repeated: this.trouble === undefined });
    if (this.#failure !== undefined) this.#options.log.info("the sources are good again");
    this.#failure = undefined;
    this.trouble = undefined;
    this.metrics.passed(outcome.changed.length > 0, outcome.outputs);
    this.#tell(outcome);
  }

  #warnOfFrozen(paths: readonly string[]): void {
    for (const file of frozenPaths(paths)) {
      if (this.#warned.has(file)) continue;
      this.#warned.add(file);
      this.#options.log.warn(
        `${file} is a mount of a single file or of a subPath: it never changes; mount the whole volume`,
      );
    }
  }

  /** A newer change replaces a call that has not been heard yet. */
  #tell({ changed }: Outcome): void {
    const { hook, log } = this.#options;
    if (hook === undefined || changed.length === 0 || this.#closed) return;
    this.#hook.abort();
    this.#hook = new AbortController();
    const attempted = (success: boolean) => this.metrics.hookCalled(success);
    void callHook({ hook, patience: whileWatching, log, signal: this.#hook.signal, attempted });
  }
}
