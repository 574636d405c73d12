/** The exporter's series about itself. */
import type { AnyMetric } from "@outrigger/exposition/metric";
import type { MetricStore } from "@outrigger/exposition/store";
import type { Counter, Registry } from "@outrigger/runtime/metrics";
import type { EngineEvents } from "./rules/engine.ts";
import type { RunningRule } from "./rules/running-rule.ts";

/** Everything that is counted while log files are read and rules run. */
export class OwnMetrics implements EngineEvents {
  readonly rotations: Counter;
  /** Bytes that were not read yet, by file; set as soon as reading has begun. */
  lag: () => ReadonlyMap<string, number> = () => new Map();
  /** Stops looking at the process. */
  readonly close: () => void;
  readonly #lines: Counter;
  readonly #bytes: Counter;
  readonly #unmatched: Counter;
  readonly #truncated: Counter;
  readonly #matches: Counter;
  readonly #errors: Counter;

  constructor(registry: Registry, store: MetricStore, rules: () => readonly RunningRule[]) {
    this.#lines = registry.counter("outrigger_metrics_log_lines_total", "Lines read.", ["file"]);
    this.#bytes = registry.counter("outrigger_metrics_log_bytes_total", "Bytes read from log files.");
    registry.gauge("outrigger_metrics_log_lag_bytes", "Bytes that were not read yet.", ["file"], (gauge) => {
      gauge.clear();
      for (const [file, bytes] of this.lag()) gauge.labels(file).set(bytes);
    });
    this.#unmatched = registry.counter("outrigger_metrics_log_lines_unmatched_total", "Records that no rule matched.");
    this.#truncated = registry.counter("outrigger_metrics_log_lines_truncated_total", "Lines longer than 64 KiB.");
    this.rotations = registry.counter("outrigger_metrics_log_rotations_total", "Files renamed, truncated or replaced.");
    this.#matches = registry.counter("outrigger_metrics_rule_matches_total", "Records that a rule matched.", ["rule"]);
    this.#errors = registry.counter(
      "outrigger_metrics_rule_errors_total",
      "Matching records whose value could not be used.",
      ["rule", "reason"],
    );
    registry.gauge(
      "outrigger_metrics_rule_last_match_timestamp_seconds",
      "When a record last matched a rule.",
      ["rule"],
      (gauge) => {
        gauge.clear();
        for (const { rule, lastMatch } of rules()) if (lastMatch > 0) gauge.labels(rule.name).set(lastMatch / 1000);
      },
    );
    registerStore(registry, store);
    this.close = registerProcess(registry);
  }

  rule(name: string) {
    const matches = this.#matches.labels(name);
    return {
      matched: () => matches.inc(),
      failed: (reason: string) => this.#errors.labels(name, reason).inc(),
    };
  }

  /** Forgets the series of rules that are no longer there. */
  forgetRules(names: readonly string[]): void {
    for (const name of names) {
      this.#matches.remove(name);
      for (const reason of ["not_a_number", "negative", "timeout"]) this.#errors.remove(name, reason);
    }
  }

  read(bytes: number): void {
    this.#bytes.inc(bytes);
  }

  lines(file: string, count: number): void {
    this.#lines.labels(file).inc(count);
  }

  unmatched(count: number): void {
    this.#unmatched.inc(count);
  }

  truncated(): void {
    this.#truncated.inc();
  }
}

function registerStore(registry: Registry, store: MetricStore): void {
  const overflowed = registry.counter(
    "outrigger_metrics_series_overflowed_total",
    "Events that went to an overflow series because of a limit.",
    ["metric"],
  );
  const expired = registry.counter("outrigger_metrics_series_expired_total", "Series removed by ttl.");
  /** What has been counted of each metric: one that a reload replaces begins with nothing. */
  let counted = new Map<AnyMetric, { overflowed: number; expired: number }>();
  // Registered last, so that both counters are brought up to date by the same look at the store; see `Registry.families`.
  registry.gauge("outrigger_metrics_series", "Series by metric.", ["metric"], (gauge) => {
    gauge.clear();
    const before = counted;
    counted = new Map();
    for (const metric of store.metrics()) {
      const { name } = metric.spec;
      gauge.labels(name).set(metric.series().length);
      const { overflowed: folded, expired: gone } = metric.table;
      const known = before.get(metric);
      overflowed.labels(name).inc(folded - (known?.overflowed ?? 0));
      expired.inc(gone - (known?.expired ?? 0));
      counted.set(metric, { overflowed: folded, expired: gone });
    }
    for (const { spec } of before.keys()) if (store.get(spec.name) === undefined) overflowed.remove(spec.name);
  });
}

function registerProcess(registry: Registry): () => void {
  registry.gauge("outrigger_metrics_resident_memory_bytes", "Resident memory of this process.", [], (gauge) =>
    gauge.set(process.memoryUsage.rss()),
  );
  const cpu = registry.counter("outrigger_metrics_cpu_seconds_total", "User and system CPU time of this process.");
  let late = 0;
  let expected = performance.now() + 1000;
  const look = setInterval(() => {
    const now = performance.now();
    late = Math.max(0, now - expected);
    expected = now + 1000;
  }, 1000).unref();
  registry.gauge(
    "outrigger_metrics_event_loop_delay_seconds",
    "How late the last of a timer's calls came, one a second.",
    [],
    (gauge) => {
      const { user, system } = process.cpuUsage();
      cpu.inc((user + system) / 1e6 - cpu.labels().value);
      gauge.set(late / 1000);
    },
  );
  return () => clearInterval(look);
}
