import { formsOf, nodeOf } from "./introspect.ts";
import type { AnySchema } from "./schema.ts";
import type { ReadValue } from "./value.ts";

/**
 * What a text from outside the file stands for where `schema` is expected: its YAML value, the text itself where that is what
 * is expected, or the list of what its commas separate.
 */
export function valueOfText(given: string, schema: AnySchema | undefined, read: ReadValue): unknown {
  const forms = schema ? textForms(schema) : { string: false, list: false };
  const value = read(given);
  if (typeof value === "object" && value !== null)
    return forms.string && isMeantAsText(given, value, schema!) ? given : value;
  // Not the value of an unquoted text: YAML takes ` #` in it for the beginning of a comment.
  const text = typeof value === "string" && isQuoted(given) ? value : given;
  if (forms.list && !forms.string) return splitAtCommas(text);
  if (typeof value === "string") return text;
  return forms.string && !accepts(schema!, value) ? text : value;
}

/** Whether a string may stand for this schema, and whether a list of strings may. */
function textForms(schema: AnySchema): { string: boolean; list: boolean } {
  const nodes = formsOf(schema).map(nodeOf);
  const isText = (kind: string) => kind === "string" || kind === "words";
  return {
    string: nodes.some(({ kind }) => isText(kind)),
    list: nodes.some((node) => node.kind === "list" && formsOf(node.item).some((item) => isText(nodeOf(item).kind))),
  };
}

/** A line such as `level: {level}` is a mapping for YAML; where no such mapping is possible, it is a text with a colon. */
function isMeantAsText(text: string, value: object, schema: AnySchema): boolean {
  if (/^[[{]|\n/.test(text)) return false;
  return !schema.safeParse(value).success && schema.safeParse(text).success;
}

/** In quotes, or in a block. */
const isQuoted = (text: string) => /^(["']|[|>][-+0-9]*\n)/.test(text);

function accepts(schema: AnySchema, value: unknown): boolean {
  return formsOf(schema).some((form) => nodeOf(form).kind === typeof value);
}

/** Commas inside braces and brackets belong to a glob or an address: `/logs/{a,b}.log` is one text. */
function splitAtCommas(text: string): string[] {
  const items = [""];
  let depth = 0;
  for (const character of text) {
    if ("{[".includes(character)) depth += 1;
    if ("}]".includes(character)) depth -= 1;
    if (character === "," && depth <= 0) items.push("");
    else items[items.length - 1] += character;
  }
  return items.map((item) => item.trim());
}
