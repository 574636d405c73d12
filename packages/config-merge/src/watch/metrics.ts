import { createHash } from "node:crypto";
import { Registry } from "@outrigger/runtime/metrics";
import { registerBuildInfo, registerReloadMetrics } from "@outrigger/runtime/metrics-common";
import type { BuiltOutput } from "../run.ts";

/** The series of a watching config-merge. */
export class WatchMetrics {
  readonly registry = new Registry();
  readonly #passes;
  readonly #lastSuccess;
  readonly #hashes;
  readonly #hooks;
  readonly #reloads;

  constructor() {
    const { registry } = this;
    registerBuildInfo(registry, "config-merge");
    this.#reloads = registerReloadMetrics(registry);
    this.#passes = registry.counter("outrigger_config_passes_total", "Passes over all sources by their result.", [
      "result",
    ]);
    for (const result of ["changed", "unchanged", "failed"]) this.#passes.labels(result).inc(0);
    this.#lastSuccess = registry.gauge(
      "outrigger_config_last_success_timestamp_seconds",
      "When the outputs were last known to be current.",
    );
    this.#hashes = registry.gauge("outrigger_config_output_hash", "A hash of each output's content.", ["output"]);
    this.#hooks = registry.counter(
      "outrigger_config_hook_calls_total",
      "Attempts to tell the application, by result.",
      ["result"],
    );
    for (const result of ["success", "failure"]) this.#hooks.labels(result).inc(0);
  }

  passed(changed: boolean, outputs: readonly BuiltOutput[]): void {
    this.#passes.labels(changed ? "changed" : "unchanged").inc();
    this.#lastSuccess.set(Date.now() / 1000);
    this.#reloads.succeeded();
    for (const { plan, bytes } of outputs) this.#hashes.labels(plan.target ?? "stdout").set(hash(bytes));
  }

  failed(): void {
    this.#passes.labels("failed").inc();
    this.#reloads.failed();
  }

  hookCalled(success: boolean): void {
    this.#hooks.labels(success ? "success" : "failure").inc();
  }
}

/** 48 bits: what a floating-point number holds exactly. */
function hash(bytes: Buffer): number {
  return createHash("sha256").update(bytes).digest().readUIntBE(0, 6);
}
