import { type Automaton, automatonOf } from "./automaton.ts";
import { parsePattern } from "./syntax.ts";

/**
 * Whether a backtracking engine can take exponential time over a regular expression: some loop can read one and the same text
 * in two ways, as in `(a+)+`, `(\w+\s?)*` or `(a|a)*`, so that n repetitions have 2^n readings (Weber and Seidl, "On the
 * degree of ambiguity of finite automata", criterion EDA).
 */
export function isExponential(source: string): boolean {
  const automaton = automatonOf(parsePattern(source));
  if (automaton === undefined) return false;
  const ignoreCase = /^\(\?[ms]*i/.test(source);
  return automaton.doubled.some(([from, to]) => reaches(automaton.follow, to, from)) || diverges(automaton, ignoreCase);
}

/** Two different ways through one text that begin at one position and meet again at one of the same loop. */
function diverges({ atoms, follow }: Automaton, ignoreCase: boolean): boolean {
  const alphabets = atoms.map((atom) => alphabetOf(atom, ignoreCase));
  const size = atoms.length;
  const overlap = (one: number, other: number) =>
    one === other || alphabets[one]!.some((able, at) => able && alphabets[other]![at]);
  const loops = loopsOf(follow);

  /** Pairs of positions that can be reached together; a pair of equals only begins or ends a detour. */
  const forward = new Map<number, number[]>();
  const pending: number[] = [];
  const successors = (pair: number): number[] => {
    const [one, other] = [Math.floor(pair / size), pair % size];
    const next: number[] = [];
    for (const left of follow[one]!) {
      for (const right of follow[other]!) {
        if (loops[left] === loops[one] && loops[right] === loops[one] && overlap(left, right))
          next.push(left * size + right);
      }
    }
    return next;
  };
  const isEqual = (pair: number) => Math.floor(pair / size) === pair % size;
  const visit = (pair: number) => {
    if (forward.has(pair)) return;
    const next = successors(pair);
    forward.set(pair, next);
    pending.push(...next.filter((candidate) => !isEqual(candidate)));
  };
  for (let position = 0; position < size; position++) visit(position * size + position);
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) visit(pair);

  return [...forward].some(([pair, next]) => !isEqual(pair) && next.some(isEqual));
}

/** A number per position that is equal for positions that can reach each other; others have one of their own. */
function loopsOf(follow: Automaton["follow"]): number[] {
  const reachable = follow.map((_, from) => reachableFrom(follow, from));
  return follow.map((_, position) => {
    const partner = follow.findIndex((_, other) => reachable[position]!.has(other) && reachable[other]!.has(position));
    return partner === -1 ? -1 - position : partner;
  });
}

function reachableFrom(follow: Automaton["follow"], from: number): Set<number> {
  const found = new Set<number>();
  const pending = [...(follow[from] ?? [])];
  for (let position = pending.pop(); position !== undefined; position = pending.pop()) {
    if (found.has(position)) continue;
    found.add(position);
    pending.push(...(follow[position] ?? []));
  }
  return found;
}

function reaches(follow: Automaton["follow"], from: number, to: number): boolean {
  return from === to || reachableFrom(follow, from).has(to);
}

// Latin-1, and one character each of the kinds that classes tell apart beyond it.
const samples = [...Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)), "Ω", "中", "\u2028", "\ud83d"];

/** Which of the samples an atom takes. */
function alphabetOf(atom: string, ignoreCase: boolean): boolean[] {
  const flags = (ignoreCase ? "i" : "") + (/^\\[pP]\{/.test(atom) ? "u" : "");
  const expression = new RegExp(`^(?:${atom})$`, flags);
  return samples.map((character) => expression.test(character));
}
