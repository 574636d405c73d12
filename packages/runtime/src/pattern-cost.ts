/**
 * What matching may cost at worst. Figures in nanoseconds on a machine of 2024 (`packages/runtime/test/pattern-cost.test.ts`
 * holds patterns against them); what counts is that they are bounds, and which patterns they tell apart.
 */

/** How much V8 may do for one match. */
export interface Effort {
  /** Backtracks after which the linear-time engine takes over. */
  readonly backtracks: number;
  /** Longest text that the match is meant for, in characters. */
  readonly length: number;
}

/** Ordinary lines: nothing that is worth matching backtracks so often. */
export const shortTexts: Effort = { backtracks: 2000, length: 2048 };
/** One backtrack may scan the whole text (`\s+$`), so long texts are allowed only few. */
export const longTexts: Effort = { backtracks: 100, length: Number.POSITIVE_INFINITY };

/** One step of the backtracking engine. */
const step = 3;
/** One character in the linear-time engine, and each state that it has to follow there. */
const character = 120;
const state = 20;

/** Nanoseconds per character of a text, at worst. */
export function worstCost(states: number, { backtracks }: Effort): number {
  return backtracks * step + character + states * state;
}
