import { setTimeout as delay } from "node:timers/promises";

/** Repeats `attempt` until it neither throws nor rejects, and returns its value; after `ms` the last error is thrown. */
export async function eventually<T>(attempt: () => T | Promise<T>, { ms = 10_000, every = 50 } = {}): Promise<T> {
  const deadline = performance.now() + ms;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(every);
    }
  }
}
