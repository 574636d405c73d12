export interface Patience {
  /** How long to go on trying, in milliseconds. */
  ms?: number;
  /** The pause between two tries, in milliseconds. */
  every?: number;
}

/** Runs `attempt` until it does not throw, and returns what it returned; after the deadline, throws what it threw last. */
export async function eventually<T>(
  attempt: () => T | Promise<T>,
  { ms = 30_000, every = 20 }: Patience = {},
): Promise<T> {
  const deadline = performance.now() + ms;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}
