import { type OutputUnit, type Schema as RawSchema, type SchemaDraft, Validator } from "@cfworker/json-schema";
import type { Path } from "../changes.ts";
import type { Expectation, TypeName } from "../coerce.ts";
import { loadFormat } from "../format.ts";
import type { Node } from "../node.ts";
import { formatPath } from "../path.ts";
import { Problem } from "../problem.ts";
import type { SourceText } from "../source-text.ts";
import { plainValue } from "./plain.ts";

/** Keywords whose failure is explained by the failures below them. */
const applicators = new Set([
  "$ref",
  "$recursiveRef",
  "allOf",
  "anyOf",
  "oneOf",
  "if",
  "then",
  "else",
  "properties",
  "patternProperties",
  "additionalProperties",
  "unevaluatedProperties",
  "items",
  "prefixItems",
  "additionalItems",
  "unevaluatedItems",
  "dependentSchemas",
  "dependencies",
  "propertyNames",
]);

/** A JSON Schema (draft 2020-12 or 7) that trees are checked against. `$ref` stays inside the file. */
export class Schema {
  readonly #source: SourceText;
  readonly #raw: RawSchema | boolean;
  readonly #validator: Validator;

  private constructor(source: SourceText, raw: RawSchema | boolean) {
    this.#source = source;
    this.#raw = raw;
    const draft: SchemaDraft = typeof raw === "object" && /draft-0?7/.test(String(raw.$schema)) ? "7" : "2020-12";
    this.#validator = new Validator(raw as RawSchema, draft, false);
  }

  /** Reads a schema in JSON or YAML. Throws a Problem (exit status 4) when it is malformed. */
  static async parse(source: SourceText): Promise<Schema> {
    const format = await loadFormat(/\.ya?ml$/i.test(source.name) ? "yaml" : "json");
    const raw = plainValue(format.parse(source).root);
    if ((typeof raw !== "object" || raw === null || Array.isArray(raw)) && typeof raw !== "boolean") {
      throw malformed(source, "a schema is an object, true or false");
    }
    return guarded(source, () => new Schema(source, raw as RawSchema | boolean));
  }

  /** Every failure of a tree: the path, the rule, and what set the value; never the value. Exit status 5. */
  check(root: Node, name: string): Problem[] {
    const { errors } = guarded(this.#source, () => this.#validator.validate(plainValue(root)));
    const leaves = errors.filter((error) => !applicators.has(error.keyword) || !hasCause(error, errors));
    const problems = new Map<string, Problem>();
    for (const error of leaves) {
      const problem = this.#problem(error, root, name);
      problems.set(problem.message, problem);
    }
    return [...problems.values()];
  }

  /** The type that the schema gives the value at a path, when it names a single one. */
  expected(path: Path): Expectation | undefined {
    let schema: unknown = this.#resolve(this.#raw);
    for (const key of path) schema = this.#resolve(child(schema, key));
    const type = (schema as { type?: unknown } | undefined)?.type;
    const types = (Array.isArray(type) ? type : [type]).filter((name) => name !== "null");
    const [only] = types;
    if (types.length !== 1 || typeof only !== "string") return undefined;
    const known = typeNames[only];
    return known && { type: known, by: `the schema ${this.#source.name}` };
  }

  #resolve(schema: unknown): unknown {
    let current = schema;
    for (let count = 0; count < 20; count++) {
      const ref = (current as { $ref?: unknown } | undefined)?.$ref;
      if (typeof ref !== "string" || !ref.startsWith("#")) return current;
      current = this.#raw;
      for (const part of ref.slice(1).split("/").slice(1)) {
        const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
        current = own(current, key);
      }
    }
    return undefined;
  }

  #problem({ keyword, keywordLocation, instanceLocation, error }: OutputUnit, root: Node, name: string): Problem {
    const path = pointerKeys(instanceLocation);
    const { node, depth } = nearest(root, path);
    const place = node.origin.at(node.start);
    const at = depth === path.length ? place : `missing in ${formatPath(path.slice(0, depth))}, ${place}`;
    const rule = ruleOf(keyword, error, own(this.#at(keywordLocation), keyword));
    return new Problem("value", `${formatPath(path)} of ${name} (${at}) ${rule}`, {
      hint: `the rule is in ${this.#source.name}`,
    });
  }

  /** The schema object that a keyword stands in, as far as the location leads through it. */
  #at(location: string): unknown {
    let schema: unknown = this.#raw;
    for (const key of pointerKeys(location).slice(0, -1))
      schema = own(this.#resolve(schema), key) ?? this.#resolve(schema);
    return schema;
  }
}

const typeNames: Readonly<Record<string, TypeName>> = {
  string: "string",
  number: "number",
  integer: "integer",
  boolean: "boolean",
  array: "list",
  object: "map",
};

/** The rule in words. Only words of the schema are shown, and those only where they are short. */
function ruleOf(keyword: string, error: string, parameter: unknown): string {
  if (keyword === "false") return "is not allowed";
  if (keyword === "required") return `lacks the required ${/"([^"]*)"/.exec(error)?.[1] ?? "key"}`;
  if (keyword === "type") return `must be of type ${[parameter ?? "given by the schema"].flat().join(" or ")}`;
  const shown = ["string", "number", "boolean"].includes(typeof parameter) ? ` ${String(parameter)}` : "";
  return `breaks the rule ${keyword}${shown}`;
}

function hasCause(error: OutputUnit, errors: readonly OutputUnit[]): boolean {
  return (
    errors.some(({ keywordLocation }) => keywordLocation.startsWith(`${error.keywordLocation}/`)) ||
    error.keyword === "additionalProperties" ||
    error.keyword === "unevaluatedProperties"
  );
}

function pointerKeys(pointer: string): string[] {
  return pointer
    .replace(/^#/, "")
    .split("/")
    .slice(1)
    .map((part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The deepest node on the way along `path`. */
function nearest(root: Node, path: readonly string[]): { node: Node; depth: number } {
  let node = root;
  for (const [depth, key] of path.entries()) {
    const next =
      node.kind === "map" ? node.entries.get(key) : node.kind === "list" ? node.items[Number(key)] : undefined;
    if (next === undefined) return { node, depth };
    node = next;
  }
  return { node, depth: path.length };
}

function child(schema: unknown, key: string | number): unknown {
  if (typeof key === "number") return own(own(schema, "prefixItems"), String(key)) ?? own(schema, "items");
  return own(own(schema, "properties"), key) ?? own(schema, "additionalProperties");
}

function own(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

/** Runs the validator; what it throws (an unknown reference, a bad pattern) means that the schema is malformed. */
function guarded<T>(source: SourceText, run: () => T): T {
  try {
    return run();
  } catch {
    throw malformed(source, "the schema cannot be used: a $ref that leads nowhere in this file, or a bad pattern");
  }
}

function malformed(source: SourceText, what: string): Problem {
  return new Problem("malformed", `${source.name}: ${what}`, { hint: "nothing outside the file is fetched" });
}
