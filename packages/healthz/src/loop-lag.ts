import type { Registry } from "@outrigger/runtime/metrics";

const LOOK_EVERY_MS = 1000;

/** Shows how late timers come: a starved sidecar sees failures that are not the application's. */
export function watchLoopLag(registry: Registry): { stop(): void } {
  let worst = 0;
  let expected = performance.now() + LOOK_EVERY_MS;
  registry.gauge(
    "outrigger_event_loop_lag_seconds",
    "The most that a timer came late since the last look.",
    [],
    (gauge) => {
      gauge.set(worst / 1000);
      worst = 0;
    },
  );
  const timer = setInterval(() => {
    const now = performance.now();
    worst = Math.max(worst, now - expected);
    expected = now + LOOK_EVERY_MS;
  }, LOOK_EVERY_MS).unref();
  return { stop: () => clearInterval(timer) };
}
