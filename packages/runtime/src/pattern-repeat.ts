/** Counted repetition for the linear-time engine, which replicates what it repeats and stops at 16 copies. */
import { refuseInLinearTime } from "./pattern-errors.ts";

/** A translated part of a pattern. */
export interface Piece {
  readonly text: string;
  /** How often the engine replicates the innermost part of it (1: not at all). */
  readonly weight: number;
  /** How many characters its counted repetitions spell out: what the engine may have to try at every character. */
  readonly spelled: number;
  /** Instructions of the linear-time engine, which may follow all of them at every character. */
  readonly states: number;
  /** Whether it holds a capturing group, which cannot be written down twice. */
  readonly captures: boolean;
}

/** V8's own bound (`kMaxReplicationFactor`). */
const engineBound = 16;
/** What we are ready to write out as copies; every copy costs time on every character. */
const copyBound = 64;
/** The same for all counts of a pattern together. */
const spelledBound = 200;

/** `*`, `+` or `?` of a piece. The engine writes what must be there once before what may follow. */
export function repeatFreely(piece: Piece, symbol: string, written: string): Piece {
  const copies = symbol === "+" ? 2 : 1;
  return { ...piece, text: piece.text + written, states: copies * piece.states + 1 };
}

/**
 * `{min,max}` of a piece, as copies of at most 16 repetitions each.
 *
 * @throws PatternError above 64 repetitions, or above 16 of a group that captures.
 */
export function repeat(piece: Piece, min: number, max: number, lazy: string, written: string): Piece {
  const count = max === Number.POSITIVE_INFINITY ? min : max;
  if (count * piece.weight > copyBound) {
    throw refuseInLinearTime(`the count ${written}`, `write * or +, or repeat at most ${copyBound} times in all`);
  }
  const spelled = count * Math.max(1, piece.spelled);
  const engineCount = max === Number.POSITIVE_INFINITY ? min + 1 : max;
  const states = Math.max(1, engineCount) * (piece.states + 1);
  if (engineCount * piece.weight <= engineBound) {
    return { ...piece, text: piece.text + written, weight: Math.max(1, engineCount) * piece.weight, spelled, states };
  }
  if (piece.captures) {
    throw refuseInLinearTime(`the count ${written} of a group`, "make the group non-capturing: (?:…)");
  }
  const chunk = Math.floor(engineBound / piece.weight);
  let text = "";
  for (let left = min; left > 0; left -= chunk) text += `${piece.text}{${Math.min(left, chunk)}}`;
  if (max === Number.POSITIVE_INFINITY) text += `${piece.text}*${lazy}`;
  else for (let left = max - min; left > 0; left -= chunk) text += `${piece.text}{0,${Math.min(left, chunk)}}${lazy}`;
  return { text: `(?:${text})`, weight: chunk * piece.weight, spelled, states, captures: false };
}

/** @throws PatternError when the counts of a whole pattern spell out too much. */
export function checkSpelled(pattern: Piece): void {
  if (pattern.spelled > spelledBound) {
    throw refuseInLinearTime(`counts of ${pattern.spelled} in all`, `write * or +, or stay within ${spelledBound}`);
  }
}
