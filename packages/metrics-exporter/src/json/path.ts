/**
 * The subset of JSONPath that the exporter reads: names, `['quoted.name']`, `[n]`, `[*]`, `[?(@.k=="v")]`. Written here because
 * packages for all of JSONPath evaluate script expressions (CVE-2024-21534).
 */

type Step =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "all" }
  | { readonly kind: "filter"; readonly path: readonly Step[]; readonly accepts: (value: unknown) => boolean };

/** A path that cannot be used; the message says why. */
export class JsonPathError extends Error {
  override readonly name = "JsonPathError";
}

/** Finds all values of a path. */
export class JsonPath {
  readonly source: string;
  readonly #steps: readonly Step[];

  /** @param source a path that begins with `$`. @throws JsonPathError */
  constructor(source: string) {
    this.source = source;
    if (!source.startsWith("$")) throw new JsonPathError(`"${source}" is no path: it must begin with $`);
    this.#steps = parseSteps(source, 1);
  }

  /** Every value that the path leads to, in order; none when a part of it is missing. */
  all(root: unknown): unknown[] {
    return follow(this.#steps, root);
  }

  /** The first value; undefined without one. */
  first(root: unknown): unknown {
    let value = root;
    for (const [index, step] of this.#steps.entries()) {
      if (step.kind === "name") value = child(value, step.name);
      else if (step.kind === "index") value = item(value, step.index);
      else return follow(this.#steps.slice(index), value)[0];
      if (value === undefined) return undefined;
    }
    return value;
  }
}

function follow(steps: readonly Step[], root: unknown): unknown[] {
  let values = [root];
  for (const step of steps) {
    values = values.flatMap((value) => advance(step, value)).filter((value) => value !== undefined);
  }
  return values;
}

function advance(step: Step, value: unknown): unknown[] {
  if (step.kind === "name") return [child(value, step.name)];
  if (step.kind === "index") return [item(value, step.index)];
  const children = typeof value === "object" && value !== null ? Object.values(value) : [];
  if (step.kind === "all") return children;
  return children.filter((candidate) => follow(step.path, candidate).some(step.accepts));
}

function child(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

function item(value: unknown, index: number): unknown {
  return Array.isArray(value) ? value.at(index) : undefined;
}

const step =
  /\.([^.[\]()'"*\s]+)|\[\s*'((?:[^'\\]|\\.)*)'\s*\]|\[\s*"((?:[^"\\]|\\.)*)"\s*\]|\[\s*(-?\d{1,9})\s*\]|(?:\.\*|\[\s*\*\s*\])|\[\s*\?\s*\(?\s*@([^=!<>]*?)\s*(==|!=|<=|>=|<|>)\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)\s*\)?\s*\]/y;

function parseSteps(source: string, from: number): Step[] {
  const steps: Step[] = [];
  for (let at = from; at < source.length; at = step.lastIndex) {
    step.lastIndex = at;
    const match = step.exec(source);
    if (!match) throw new JsonPathError(`"${source}" is no path that is understood, from "${source.slice(at)}" on`);
    const end = step.lastIndex;
    steps.push(toStep(match));
    step.lastIndex = end;
  }
  return steps;
}

function toStep([, plain, single, double, index, path, operator, operand]: RegExpExecArray): Step {
  const name = plain ?? single ?? double;
  if (name !== undefined) return { kind: "name", name: plain ?? name.replace(/\\(.)/g, "$1") };
  if (index !== undefined) return { kind: "index", index: Number(index) };
  if (path === undefined) return { kind: "all" };
  return { kind: "filter", path: parseSteps(path, 0), accepts: comparison(operator ?? "", operand ?? "") };
}

function comparison(operator: string, operand: string): (value: unknown) => boolean {
  const wanted: unknown = /^['"]/.test(operand) ? operand.slice(1, -1).replace(/\\(.)/g, "$1") : JSON.parse(operand);
  if (operator === "==") return (value) => value === wanted;
  if (operator === "!=") return (value) => value !== wanted;
  const ordered = (value: unknown) =>
    typeof value === typeof wanted && (typeof value === "number" || typeof value === "string");
  const compare = orders[operator as keyof typeof orders];
  return (value) => ordered(value) && compare(value as number, wanted as number);
}

const orders = {
  "<": (a: number, b: number) => a < b,
  "<=": (a: number, b: number) => a <= b,
  ">": (a: number, b: number) => a > b,
  ">=": (a: number, b: number) => a >= b,
};
