/** Documents with random small faults: the same ones at every run, so that a failure is the change's. */

const pieces = [
  ...'a{}=",\\ #_:\n\t\r01.+-eENaInf',
  "# TYPE ",
  "# HELP ",
  "# UNIT ",
  "_total",
  "_bucket",
  "_sum",
  "_count",
  "+Inf",
  "NaN",
  " # {} 1",
  "0x1",
  "1_2",
];

/** `count` texts, each of one or two of the documents with up to two characters or lines changed. */
export function mutated(documents: readonly string[], count: number, seed: number): string[] {
  const below = generator(seed);
  const any = <T>(list: readonly T[]) => list[below(list.length)] as T;
  return Array.from({ length: count }, () => {
    let text = any(documents);
    if (below(3) === 0) text = text.replace(/# EOF\n?$/, "") + any(documents).replace(/\ba(?=[_{ ])/g, "b");
    for (let faults = 1 + below(2); faults > 0; faults--) text = withFault(text, below, any);
    return text;
  });
}

function withFault(text: string, below: (limit: number) => number, any: <T>(list: readonly T[]) => T): string {
  const at = below(text.length + 1);
  const [before, after] = [text.slice(0, at), text.slice(at)];
  const kind = below(4);
  if (kind === 0) return before + after.slice(1);
  if (kind === 1) return before + any(pieces) + after;
  if (kind === 2) return before + any(pieces) + after.slice(1);
  const lines = text.split("\n");
  const [one, other] = [below(lines.length), below(lines.length)];
  [lines[one], lines[other]] = [lines[other] as string, lines[one] as string];
  return lines.join("\n");
}

/** Whole numbers from 0 up to a limit, by a linear congruence. */
function generator(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * limit);
  };
}
