import { similarKeys } from "./editable.ts";
import type { MapNode } from "./node.ts";
import { formatPath, type Segment } from "./path.ts";
import { Problem } from "./problem.ts";

/** The key of a map that some segments of a path address. */
export interface Match {
  readonly key: string;
  /** How many segments the key takes up. */
  readonly consumed: number;
  readonly exists: boolean;
}

/**
 * Finds the key that `segments` from `index` on address: the exact key, else the only one that is equal ignoring
 * case, else a new key spelled as given. Of segments that are not literal, the longest existing key wins. Several
 * candidates without an exact one are exit status 4.
 */
export function matchKey(
  map: MapNode,
  segments: readonly Segment[],
  index: number,
  path: readonly (string | number)[],
): Match {
  for (let length = joinable(segments, index); length >= 1; length--) {
    const name = segments
      .slice(index, index + length)
      .map(({ text }) => text)
      .join(".");
    const key = existingKey(map, name, path);
    if (key !== undefined) return { key, consumed: length, exists: true };
  }
  return { key: (segments[index] as Segment).text, consumed: 1, exists: false };
}

/** How many segments from `index` on may be parts of one key with dots. */
function joinable(segments: readonly Segment[], index: number): number {
  let end = index;
  while (end < segments.length && !(segments[end] as Segment).literal) end++;
  return Math.max(end - index, 1);
}

/** The key of `map` that `name` means, if there is one. */
export function existingKey(map: MapNode, name: string, path: readonly (string | number)[]): string | undefined {
  if (map.entries.has(name)) return name;
  const similar = similarKeys(map, name);
  if (similar.length < 2) return similar[0];
  const candidates = similar.map((key) => formatPath([...path, key])).join(", ");
  throw new Problem("merge", `${formatPath([...path, name])} could be any of ${candidates}`, {
    hint: "spell the key exactly as one of them",
  });
}
