/** Cases without a peer: the page's own limit stands in its place. */
import type { BenchCase, Unit } from "../case.ts";

export interface LimitCase {
  tool: string;
  name: string;
  unit: Unit;
  /** The highest acceptable figure, in the case's unit. */
  limit: number;
  prepare(directory: string): Promise<{ measure(): Promise<number>; close?(): void }>;
}

/** A case whose peer's figure is always the limit: a ratio of at most 1 meets it. */
export function againstLimit({ limit, prepare, ...rest }: LimitCase): BenchCase {
  return {
    ...rest,
    peer: "the limit",
    target: 1,
    async prepare(directory) {
      const { measure, close = () => {} } = await prepare(directory);
      return { ours: measure, peer: async () => limit, close };
    },
  };
}
