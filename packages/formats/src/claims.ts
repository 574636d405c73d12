import type { Origin } from "./origin.ts";
import { formatPath } from "./path.ts";
import { Problem } from "./problem.ts";

/** Which origin set which path within one source: two of them for one key is a mistake. */
export type Claims = Map<string, Origin>;

/** Notes that `origin` sets `path`. Another one that set it, or a value above it, is exit status 4, naming both. */
export function claim(claims: Claims | undefined, path: readonly (string | number)[], origin: Origin): void {
  if (claims === undefined) return;
  for (let length = 1; length <= path.length; length++) {
    const other = claims.get(formatPath(path.slice(0, length)));
    if (other === undefined) continue;
    throw new Problem("merge", `${other.at(0)} and ${origin.at(0)} both set ${formatPath(path)}`, {
      hint: "remove one of the two",
    });
  }
  claims.set(formatPath(path), origin);
}
