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

// First runs are this far apart, so that many checks of the same interval do not march in step.
const SPACING_MS = 10;
const SPREAD_OVER_MS = 1000;

/** All checks with their states. Reading them never starts a run. */
export class Health {
  readonly #parts: HealthParts;
  #entries = new Map<string, Entry>();
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
    await Promise.all([...next.values()].map(({ runner }) => runner.firstVerdict()));
    const previous = this.#entries;
    this.#replace(next);
    const kept = new Set([...next.values()].map(({ runner }) => runner));
    const removed = [...previous.values()].filter(({ runner }) => !kept.has(runner));
    for (const { definition } of removed) {
      if (!next.has(definition.name)) this.#parts.metrics.forget(definition.name);
    }
    await Promise.all(removed.map(({ runner }) => runner.stop()));
  }

  /** From now on not ready; aborts what runs and resolves when nothing of it is left. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all([...this.#entries.values()].map(({ runner }) => runner.stop()));
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
    const check = createCheck(spec, { log: own, wake: () => runner.wake() });
    const series = metrics.check(name, spec.type);
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
