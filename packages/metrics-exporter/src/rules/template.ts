/** The language of templates: literal text with `{captures}`. */
import { nearest } from "@outrigger/runtime/nearest";
import { type Filter, filters } from "./filters.ts";
import type { QuantityType } from "./quantity.ts";

/** `text` runs to the next literal, `word` is a run of non-blanks, the others match their own grammar. */
type CaptureType = "text" | "word" | QuantityType;

export interface Capture {
  /** Undefined for `{_}`, which is discarded. */
  readonly name: string | undefined;
  readonly type: CaptureType;
  readonly filters: readonly Filter[];
}

export type Token = string | Capture;

/** A template that cannot be used; the message says why. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
}

const types: readonly string[] = ["word", "number", "int", "duration", "bytes"];

/**
 * Cuts a template into literals and captures.
 *
 * @param valueType what `{value}` is unless it is typed.
 * @throws TemplateError for an unclosed brace, an unknown type or filter, the same capture twice, or a capture whose end
 *   cannot be told.
 */
export function parseTemplate(source: string, valueType: QuantityType = "number"): Token[] {
  const tokens = tokenize(source, valueType);
  const seen = new Set<string>();
  tokens.forEach((token, index) => {
    if (typeof token === "string") return;
    if (token.name !== undefined) {
      if (seen.has(token.name)) throw new TemplateError(`the capture {${token.name}} appears twice`);
      seen.add(token.name);
    }
    const next = tokens[index + 1];
    if ((token.type === "text" || token.type === "word") && next !== undefined && typeof next !== "string") {
      throw new TemplateError(`{${token.name ?? "_"}} has no end: put text between it and {${next.name ?? "_"}}`);
    }
  });
  if (tokens.length === 0) throw new TemplateError("a template must not be empty; {_} matches every record");
  return tokens;
}

/** Text with `{capture:filter}` in it, for label values; types have no meaning there. */
export function parseText(source: string): Token[] {
  return tokenize(source, undefined);
}

function tokenize(source: string, valueType: QuantityType | undefined): Token[] {
  const tokens: Token[] = [];
  let literal = "";
  for (let at = 0; at < source.length; at++) {
    const char = source[at] as string;
    if (char !== "{" && char !== "}") {
      literal += char;
    } else if (source[at + 1] === char) {
      literal += char;
      at++;
    } else if (char === "}") {
      throw new TemplateError(`a single } at character ${at + 1}: write }} for a brace`);
    } else {
      const close = source.indexOf("}", at);
      if (close < 0) throw new TemplateError(`the { at character ${at + 1} is not closed: write {{ for a brace`);
      if (literal !== "") tokens.push(literal);
      literal = "";
      tokens.push(parseCapture(source.slice(at + 1, close), valueType));
      at = close;
    }
  }
  if (literal !== "") tokens.push(literal);
  return tokens;
}

/** @param valueType as in `parseTemplate`; undefined where types have no meaning. */
function parseCapture(text: string, valueType: QuantityType | undefined): Capture {
  const typed = valueType !== undefined;
  const [name = "", ...modifiers] = text.split(":").map((part) => part.trim());
  // Text for label values may name fields of JSON records, which templates cannot capture.
  const pattern = typed ? /^[A-Za-z_][A-Za-z0-9_]*$/ : /^(?:[A-Za-z_][\w.-]*|\$.+)$/;
  if (!pattern.test(name)) {
    throw new TemplateError(
      `{${text}} is no capture: a name has letters, digits and underscores; write {{ for a brace`,
    );
  }
  let type: CaptureType | undefined;
  const applied: Filter[] = [];
  for (const modifier of modifiers) {
    if (typed && types.includes(modifier) && type === undefined) type = modifier as CaptureType;
    else if (Object.hasOwn(filters, modifier)) applied.push(filters[modifier] as Filter);
    else throw new TemplateError(unknownModifier(name, modifier, typed));
  }
  return {
    name: typed && name === "_" ? undefined : name,
    type: type ?? (typed && name === "value" ? valueType : "text"),
    filters: applied,
  };
}

function unknownModifier(name: string, modifier: string, typed: boolean): string {
  const known = typed ? [...types, ...Object.keys(filters)] : Object.keys(filters);
  const near = nearest(modifier, known);
  const advice = near ? `did you mean {${name}:${near}}?` : `there are ${known.join(", ")}`;
  return `unknown type or filter "${modifier}" in {${name}:${modifier}}; ${advice}`;
}
