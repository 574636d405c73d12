import { after, type TestContext } from "node:test";

/** A stand-in for a test context that lasts as long as the test file: `after` inside `before` would run at once. */
export function fileScope(): Pick<TestContext, "after"> {
  const cleanups: (() => unknown)[] = [];
  after(async () => {
    const failures: unknown[] = [];
    for (const cleanup of cleanups.reverse()) {
      try {
        await cleanup();
      } catch (error) {
        // What the others close would keep this process alive for ever.
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  });
  return {
    after: (cleanup) => {
      cleanups.push(cleanup as () => unknown);
    },
  };
}
