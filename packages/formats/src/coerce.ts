import { type Node, type Scalar, scalar, typeName } from "./node.ts";
import { formatPath } from "./path.ts";
import { Problem } from "./problem.ts";

/** Types that untyped text can take: those of values, and of JSON Schema. */
export type TypeName = "string" | "number" | "integer" | "boolean" | "null" | "date" | "list" | "map";

export interface Expectation {
  readonly type: TypeName;
  /** What set the type, for messages: `file:line:col`, or the schema. */
  readonly by: string;
}

/** The number a format writes for a text, or undefined when the text is no number there. */
export type NumberGrammar = (text: string, replaced: Scalar | undefined) => string | undefined;

/**
 * Gives untyped text the type of the value it replaces, else the schema's, else string. Text that does not fit is
 * exit status 5; the message names where the text came from and what set the type, never the text.
 */
export function coerce(
  text: Scalar,
  existing: Node | undefined,
  schema: Expectation | undefined,
  number: NumberGrammar,
  path: readonly (string | number)[],
): Scalar {
  const expected = existing === undefined || existing.kind === "null" ? schema : expectation(existing);
  if (expected === undefined || expected.type === "string" || expected.type === "null") return text;
  const replaced = existing !== undefined && existing.kind === "number" ? existing : undefined;
  const value = convert(text.text, expected.type, replaced, number);
  if (value !== undefined) return { ...text, ...value };
  throw new Problem(
    "value",
    `${text.origin.at(text.start)} does not fit ${formatPath(path)}: ${article(expected.type)} is expected (set by ${expected.by})`,
    { hint: hintFor(expected.type) },
  );
}

function expectation(existing: Node): Expectation {
  return { type: typeName(existing) as TypeName, by: existing.origin.at(existing.start) };
}

/** The dates and times of TOML. */
const date =
  /^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:[Zz]|[-+][0-9]{2}:[0-9]{2})?)?|[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)$/;

function convert(
  text: string,
  type: TypeName,
  replaced: Scalar | undefined,
  number: NumberGrammar,
): Pick<Scalar, "kind" | "text" | "float"> | undefined {
  if (type === "boolean") {
    const word = text.toLowerCase();
    return word === "true" || word === "false" ? { kind: "boolean", text: word } : undefined;
  }
  if (type === "date") return date.test(text) ? { kind: "date", text } : undefined;
  if (type === "number" || type === "integer") {
    const digits = number(text, replaced);
    if (digits === undefined) return undefined;
    return { kind: "number", text: digits, ...(replaced?.float === true && { float: true }) };
  }
  return undefined;
}

function article(type: TypeName): string {
  return `${type === "integer" ? "an" : "a"} ${type}`;
}

function hintFor(type: TypeName): string {
  if (type === "boolean") return "give true or false";
  if (type === "number" || type === "integer") return "give a number in the notation of the output's format";
  if (type === "date") return "give a date or time as TOML writes it: 1979-05-27T07:32:00Z";
  return `text cannot replace a ${type}; name a value inside it, or give it in a file or in the configuration`;
}

/** A string node without a type of its own. */
export function untypedText(text: string, origin: Scalar["origin"], start = 0, end = start): Scalar {
  return scalar("string", text, origin, start, end);
}
