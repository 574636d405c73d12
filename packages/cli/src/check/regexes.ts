import { childOf, formsOf, nodeOf, unwrapOptional } from "@outrigger/runtime/introspect";
import type { Path } from "@outrigger/runtime/problem";
import type { AnySchema } from "@outrigger/runtime/schema";
import { metaOf } from "@outrigger/runtime/schema-meta";
import type { Report } from "./finding.ts";
import { isExponential } from "./regex/ambiguity.ts";

/**
 * Refuses regular expressions that take exponential time in a backtracking engine, wherever the schema says that one may
 * stand. The tools are safe from them (V8's linear engine takes over), but each such line costs two matches, and a copy of the
 * pattern elsewhere may stall. `unsafe: true` beside a pattern means that somebody has thought about it.
 */
export function checkRegexes(schema: AnySchema, input: unknown, path: Path, report: Report): void {
  if (typeof input === "string") {
    if (takesRegex(schema) && isExponential(input)) {
      const message = "backtracks exponentially: a repeated part can read the same text in two ways";
      report.error(path, `${message}; give it one way, as a+ instead of (a+)+`);
    }
    return;
  }
  if (typeof input !== "object" || input === null || ("unsafe" in input && input.unsafe === true)) return;
  const entries: [string | number, unknown][] = Array.isArray(input) ? [...input.entries()] : Object.entries(input);
  for (const [key, value] of entries) {
    const child = childOf(schema, key);
    if (child) checkRegexes(child, value, [...path, key], report);
  }
}

function takesRegex(schema: AnySchema): boolean {
  return formsOf(schema).some(
    (form) => nodeOf(form).kind === "string" && expectationOf(form) === "a regular expression",
  );
}

/** Optional and default keep their description inside. */
function expectationOf(form: AnySchema): string | undefined {
  return metaOf(unwrapOptional(form))?.expected;
}
