/** Shorter ones are in so many lines that they rule nothing out. */
const shortestUseful = 3;

/**
 * A text that every match of a pattern holds, the longest that can be told from its source with certainty; undefined
 * when there is none.
 *
 * Only ASCII outside of groups, classes and alternatives counts, and nothing that a quantifier may take away.
 */
export function requiredLiteral(pattern: RegExp): string | undefined {
  if (pattern.ignoreCase) return undefined;
  const runs: string[] = [];
  let run = "";
  const end = () => {
    runs.push(run);
    run = "";
  };
  let depth = 0;
  for (const [token, atom] of pattern.source.matchAll(tokens)) {
    if (token === "|" && depth === 0) return undefined;
    if (token.startsWith("(")) depth++;
    else if (token === ")") depth--;
    if (/^[*+?{]/.test(token)) {
      // What it repeats may be there any number of times, or not at all.
      run = run.slice(0, -1);
      end();
    } else if (depth === 0 && atom !== undefined) {
      run += atom.length === 2 ? atom[1] : atom;
    } else {
      end();
    }
  }
  end();
  const longest = runs.reduce((best, next) => (next.length > best.length ? next : best), "");
  return longest.length >= shortestUseful ? longest : undefined;
}

/** A class, a quantifier, the beginning of a group, another operator, an escape that is no literal, (captured) a literal, anything else. */
const tokens =
  /\[(?:[^\]\\]|\\.)*\]|[*+?]\??|\{\d+(?:,\d*)?\}\??|\((?:\?(?:[:=!]|<[=!]|<[^>]*>|[a-z-]+:))?|[)|^$.]|\\(?:[A-Za-z0-9]\{[^}]*\}|[A-Za-z0-9]+)|(\\[!-/:-@[-`{-~]|[ -[\]-~])|[\s\S]/g;
