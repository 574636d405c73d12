// Turns what zod found into messages that say what to write.
import type * as z from "zod/mini";
import { suggestion } from "../nearest.ts";
import { childOf, keysOf, unwrapOptional } from "./introspect.ts";
import { metaOf } from "./meta.ts";
import type { Path } from "./problem.ts";
import type { AnySchema } from "./schema.ts";

type Issue = z.core.$ZodIssue;

export interface Finding {
  path: Path;
  message: string;
  /** The problem is the key itself, not its value. */
  key?: boolean;
}

/** Everything that is wrong with `value`, as sentences, in the order of the document. */
export function explain(schema: AnySchema, value: unknown, issues: readonly Issue[]): Finding[] {
  return issues.flatMap((issue) => explainIssue(schema, value, issue, []));
}

function explainIssue(root: AnySchema, rootValue: unknown, issue: Issue, base: Path): Finding[] {
  const path: Path = [...base, ...(issue.path as (string | number)[])];
  switch (issue.code) {
    case "unrecognized_keys": {
      const schema = schemaAt(root, path);
      const known = schema ? keysOf(schema) : [];
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: `unknown key "${key}"${suggestion(key, known)}`,
        key: true,
      }));
    }
    case "invalid_union": {
      const branch = closest(issue.errors);
      if (branch !== undefined) return branch.flatMap((inner) => explainIssue(root, rootValue, inner, path));
      return [mismatch(root, rootValue, path)];
    }
    case "invalid_value": {
      const given = valueAt(rootValue, path);
      if (typeof given !== "string") return [mismatch(root, rootValue, path)];
      const words = issue.values.map(String);
      return [{ path, message: `must be one of ${words.join(", ")}, not "${given}"${didYouMean(given, words)}` }];
    }
    case "invalid_key":
      return [{ path, message: issue.issues[0]?.message ?? "is not a valid name", key: true }];
    case "invalid_type":
      return [mismatch(root, rootValue, path)];
    default:
      return [{ path, message: issue.message }];
  }
}

function mismatch(root: AnySchema, rootValue: unknown, path: Path): Finding {
  const schema = schemaAt(root, path);
  const meta = schema && expectationOf(schema);
  const given = valueAt(rootValue, path);
  if (given === undefined) return { path, message: `is missing: must be ${meta?.expected ?? "set"}` };
  const shown = meta?.secret ? kindOf(given) : show(given);
  const unit =
    typeof given === "number" && meta?.expected?.startsWith("a duration") ? `; write ${given}s for seconds` : "";
  return { path, message: `must be ${meta?.expected ?? "something else"}, not ${shown}${unit}` };
}

function expectationOf(schema: AnySchema) {
  return metaOf(unwrapOptional(schema)) ?? metaOf(schema);
}

/**
 * The branch of a union that the user meant: the one whose trouble lies deepest. Undefined when the value is of none of the
 * types.
 */
function closest(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  let best: readonly Issue[] | undefined;
  let bestScore = 1000;
  for (const branch of branches) {
    const score = branch.reduce((sum, issue) => sum + weight(issue), 0);
    if (score < bestScore) {
      best = branch;
      bestScore = score;
    }
  }
  return best;
}

function weight(issue: Issue): number {
  if (issue.path.length > 0) return 1;
  if (issue.code === "invalid_type") return 1000;
  if (issue.code === "invalid_union") return closest(issue.errors) === undefined ? 1000 : 5;
  if (issue.code === "unrecognized_keys") return issue.keys.length;
  return 10;
}

function schemaAt(schema: AnySchema, path: Path): AnySchema | undefined {
  let current: AnySchema | undefined = schema;
  for (const segment of path) {
    if (current === undefined) return undefined;
    current = childOf(current, segment);
  }
  return current;
}

function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const segment of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, segment)) return undefined;
    current = (current as Record<string | number, unknown>)[segment];
  }
  return current;
}

function didYouMean(word: string, words: readonly string[]): string {
  const text = suggestion(word, words);
  return text.startsWith("; did") ? text : "";
}

function kindOf(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  return (
    { string: "text", number: "a number", boolean: "true or false", bigint: "a number" }[typeof value as "string"] ??
    "a mapping"
  );
}

function show(value: unknown): string {
  if (typeof value === "string") return `"${value.length > 60 ? `${value.slice(0, 60)}…` : value}"`;
  return typeof value === "number" || typeof value === "boolean" ? `the ${typeof value} ${value}` : kindOf(value);
}
