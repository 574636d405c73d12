import type { Gauge, Registry } from "@outrigger/runtime/metrics";
import type { Health } from "./health.ts";
import { AGGREGATES } from "./paths.ts";
import type { RunResult } from "./runner.ts";
import { judge } from "./verdict.ts";

const RESULTS: readonly RunResult[] = ["success", "failure", "discarded"];
const VERDICTS = ["OK", "FAIL"] as const;

/** The series of one check. */
export interface CheckSeries {
  ran(result: RunResult, durationMs: number): void;
  changed(to: string): void;
}

/** The series about checks. Every label value comes from the configuration or a fixed list. */
export class HealthMetrics {
  readonly #runs;
  readonly #duration;
  readonly #lastSuccess;
  readonly #transitions;

  constructor(registry: Registry) {
    this.#runs = registry.counter(
      "outrigger_health_check_runs_total",
      "Runs by result; discarded ones came late through no fault of the target.",
      ["check", "result"],
    );
    this.#duration = registry.gauge("outrigger_health_check_duration_seconds", "How long the last run took.", [
      "check",
    ]);
    this.#lastSuccess = registry.gauge(
      "outrigger_health_check_last_success_timestamp_seconds",
      "When a run last succeeded, in seconds since 1970.",
      ["check"],
    );
    this.#transitions = registry.counter("outrigger_health_check_transitions_total", "Changes of status.", [
      "check",
      "to",
    ]);
  }

  /** The series of a check, at zero until it runs; those of an earlier check of that name go on. */
  check(name: string): CheckSeries {
    const runs = new Map(RESULTS.map((result) => [result, this.#runs.labels(name, result)]));
    for (const verdict of VERDICTS) this.#transitions.labels(name, verdict);
    // They have no value before the first run.
    let duration: ReturnType<Gauge["labels"]> | undefined;
    let lastSuccess: ReturnType<Gauge["labels"]> | undefined;
    return {
      ran: (result, durationMs) => {
        runs.get(result)?.inc();
        if (result === "discarded") return;
        duration ??= this.#duration.labels(name);
        duration.set(durationMs / 1000);
        if (result !== "success") return;
        lastSuccess ??= this.#lastSuccess.labels(name);
        lastSuccess.set(Date.now() / 1000);
      },
      changed: (to) => this.#transitions.labels(name, to).inc(),
    };
  }

  /** Forgets the series of a removed check. */
  forget(name: string): void {
    for (const result of RESULTS) this.#runs.remove(name, result);
    for (const verdict of VERDICTS) this.#transitions.remove(name, verdict);
    this.#duration.remove(name);
    this.#lastSuccess.remove(name);
  }
}

/** The series that are read from the checks whenever they are shown. */
export function showHealth(health: Health, registry: Registry): void {
  registry.gauge("outrigger_health_check_up", "1 while the check is OK, else 0.", ["check", "type"], (gauge) => {
    gauge.clear();
    for (const { name, type, status } of health.checks) gauge.labels(name, type).set(status === "OK" ? 1 : 0);
  });
  registry.gauge("outrigger_health_up", "1 while the endpoint answers 200, else 0.", ["endpoint"], (gauge) => {
    for (const word of new Set(Object.values(AGGREGATES))) gauge.labels(word).set(judge(health, word).ok ? 1 : 0);
  });
  registry.gauge("outrigger_health_draining", "1 while draining.", [], (gauge) => gauge.set(health.draining ? 1 : 0));
}
