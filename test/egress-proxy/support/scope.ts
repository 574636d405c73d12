import { after, type TestContext } from "node:test";

/** A stand-in for a test context that lasts as long as the test file: `after` inside `before` would run at once. */
export function fileScope(): Pick<TestContext, "after"> {
  const cleanups: (() => unknown)[] = [];
  after(async () => {
    for (const cleanup of cleanups.reverse()) await cleanup();
  });
  return {
    after: (cleanup) => {
      cleanups.push(cleanup as () => unknown);
    },
  };
}
