import type { Log } from "@outrigger/runtime/log";
import type { Check, CheckContext } from "./checks/check.ts";
import type { CheckSpec, CheckType } from "./checks/registry.ts";
import type { Clock } from "./clock.ts";
import { type CheckDefinition, fingerprint } from "./definition.ts";
import type { Failure } from "./failure.ts";
import type { HealthMetrics } from "./metrics.ts";
import { Runner } from "./runner.ts";
import type { Status } from "./state.ts";

/** A check as it stands at this moment; times in milliseconds since 1970. */
export interface CheckView {
  name: string;
  type: CheckType;
  status: Status;
  /** Whether the status was OK once. */
  everOk: boolean;
  critical: boolean;
  live: boolean;
  since: number;
  latencyMs: number | undefined;
  lastSuccess: number | undefined;
  /** Why it failed last; undefined when it is well. */
  failure: Failure | undefined;
}

export interface HealthParts {
  createCheck(spec: CheckSpec, context: CheckContext): Check;
  clock: Clock;
  log: Log;
  metrics: HealthMetrics;
}

interface Entry {
  definition: CheckDefinition;
  fingerprint: string;
  runner: Runner;
}

/** A change of a check's status; the time in milliseconds since 1970. */
export interface Change {
  at: number;
  check: string;
  to: Status;
  /** Why, for a FAIL. */
  failure: Failure | undefined;
}

// First runs are this far apart, so that many checks of the same interval do not march in step.
const SPACING_MS = 10;
const SPREAD_OVER_MS = 1000;

/** A reload waits so long for the verdicts of new checks, or as long as the longest timeout among them. */
const RELOAD_WAIT_MS = 60_000;

/** A system call on a dead mount never returns, and the tool must end within a second. */
const STOP_WAIT_MS = 700;

/** Starting a process takes milliseconds of the one thread that answers probes. */
const SHORTEST_EXEC_INTERVAL_MS = 1000;

const KEPT_CHANGES = 20;

/** All checks with their states. Reading them never starts a run. */
export class Health {
  readonly #parts: HealthParts;
  #entries = new Map<string, Entry>();
  /** The set that a reload is about to put in force. */
  #incoming: ReadonlyMap<string, Entry> | undefined;
  #history: readonly Change[] = [];
  #started = false;
  #draining = false;
  #stopping = false;

  constructor(parts: HealthParts) {
    this.#parts = parts;
  }

  /** Every check, in the order of the configuration. */
  get checks(): CheckView[] {
    return [...this.#entries.values()].map(view);
  }

  /** One check by name. */
  check(name: string): CheckView | undefined {
    const entry = this.#entries.get(name);
    return entry && view(entry);
  }

  /** The last changes of status, the newest first. */
  get history(): readonly Change[] {
    return this.#history;
  }

  /** Whether every critical check has been OK once. Never undone, not by a reload either. */
  get started(): boolean {
    return this.#started;
  }

  /** Why no traffic should come although the checks may be well. */
  get closed(): "draining" | "stopping" | undefined {
    if (this.#stopping) return "stopping";
    return this.#draining ? "draining" : undefined;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** Takes the application out of traffic, or back into it. */
  drain(on: boolean): void {
    if (on !== this.#draining) this.#parts.log.info(on ? "draining" : "not draining any more");
    this.#draining = on;
  }

  /** Begins the checks, without waiting for their first results. */
  start(definitions: readonly CheckDefinition[]): void {
    if (this.#stopping) return;
    this.#replace(this.#prepare(definitions));
  }

  /**
   * Puts other checks in place of these. Unchanged ones go on with state and schedule; for the new ones the old set stays in
   * force until each has its first verdict or failure, so that a reload never makes a healthy application look unready.
   */
  async reload(definitions: readonly CheckDefinition[]): Promise<void> {
    const next = this.#prepare(definitions);
    this.#incoming = next;
    await this.#firstVerdicts([...next.values()]);
    if (this.#stopping) return;
    this.#incoming = undefined;
    const previous = this.#entries;
    this.#replace(next);
    const kept = new Set([...next.values()].map(({ runner }) => runner));
    const removed = [...previous.values()].filter(({ runner }) => !kept.has(runner));
    for (const { definition } of removed) {
      if (!next.has(definition.name)) this.#parts.metrics.forget(definition.name);
    }
    await Promise.all(removed.map(({ runner }) => runner.stop()));
  }

  /** From now on not ready; aborts what runs and resolves when nothing of it is left, or after 700 ms all the same. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const entries = [...this.#entries.values(), ...(this.#incoming?.values() ?? [])];
    await this.#atMost(STOP_WAIT_MS, Promise.all(entries.map(({ runner }) => runner.stop())));
  }

  async #firstVerdicts(entries: readonly Entry[]): Promise<void> {
    const longest = Math.max(RELOAD_WAIT_MS, ...entries.map(({ definition }) => definition.timeout));
    await this.#atMost(longest, Promise.all(entries.map(({ runner }) => runner.firstVerdict())));
  }

  /** Waits for the work, but no longer than this. */
  async #atMost(ms: number, work: Promise<unknown>): Promise<void> {
    let cancel = () => {};
    const enough = new Promise<void>((resolve) => {
      cancel = this.#parts.clock.after(ms, resolve);
    });
    await Promise.race([work, enough]);
    cancel();
  }

  #prepare(definitions: readonly CheckDefinition[]): Map<string, Entry> {
    const spacing = Math.min(SPACING_MS, SPREAD_OVER_MS / Math.max(1, definitions.length));
    return new Map(
      definitions.map((definition, index) => {
        const existing = this.#entries.get(definition.name);
        if (existing?.fingerprint === fingerprint(definition)) return [definition.name, existing];
        return [definition.name, this.#begin(definition, index * spacing)];
      }),
    );
  }

  #begin(definition: CheckDefinition, delay: number): Entry {
    const { createCheck, clock, log, metrics } = this.#parts;
    const { name, spec } = definition;
    const own = log.child({ check: name });
    if (spec.type === "exec" && definition.interval < SHORTEST_EXEC_INTERVAL_MS) {
      own.warn("an exec check more often than once a second delays the answers to probes; raise its interval");
    }
    const check = createCheck(spec, { log: own, wake: () => runner.wake() });
    const series = metrics.check(name);
    const runner = new Runner(
      check,
      definition,
      {
        ran: (result, durationMs, failure) => {
          series.ran(result, durationMs);
          if (failure !== undefined) own.debug("run failed", { reason: failure.text });
        },
        changed: (to, failure) => {
          series.changed(to);
          this.#history = [{ at: clock.wall(), check: name, to, failure }, ...this.#history].slice(0, KEPT_CHANGES);
          if (to === "OK") own.info("check is OK");
          else own.warn("check has failed", { reason: failure?.text });
          this.#noticeStart();
        },
      },
      clock,
    );
    runner.start(delay);
    return { definition, fingerprint: fingerprint(definition), runner };
  }

  #replace(entries: Map<string, Entry>): void {
    this.#entries = entries;
    this.#noticeStart();
  }

  #noticeStart(): void {
    this.#started ||= this.checks.every(({ critical, everOk }) => !critical || everOk);
  }
}

function view({ definition, runner }: Entry): CheckView {
  const { name, spec, critical, live } = definition;
  const { state, since, latency, lastSuccess, failure } = runner;
  return {
    name,
    type: spec.type,
    status: state.status,
    everOk: state.everOk,
    critical,
    live,
    since,
    latencyMs: latency,
    lastSuccess,
    failure,
  };
}
