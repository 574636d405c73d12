import { SaxesParser } from "saxes";
import { limits } from "../limits.ts";
import type { SourceText } from "../source-text.ts";

export interface Attribute {
  readonly name: string;
  readonly start: number;
  /** Between the quotes. */
  readonly valueStart: number;
  readonly valueEnd: number;
  readonly quote: string;
}

/** An element with the places of its parts; offsets are those of the source. */
export interface Element {
  readonly name: string;
  readonly start: number;
  readonly attributes: readonly Attribute[];
  readonly children: Element[];
  /** Behind the start tag. */
  openEnd: number;
  isSelfClosing: boolean;
  /** Start of the end tag; `openEnd` without one. */
  closeStart: number;
  end: number;
}

/** Scans a document. Text that is not well-formed, and any DTD, is exit status 4. */
export function scanXml(source: SourceText): Element {
  verify(source);
  return scan(source);
}

/** What the parser complains about, in words that do not quote the text. */
const complaints: readonly [pattern: RegExp, what: string][] = [
  [/unclosed tag/, "an element is not closed"],
  [/close tag|closing tag/, "an end tag has no start tag"],
  [/entity/, "the entity is not known"],
  [/duplicate attribute/, "the attribute occurs twice in one element"],
  [/must contain a root/, "the file has no element"],
  [/attribute/, "the attribute cannot be read"],
];

/** The whole grammar is left to a parser; it does not know where attributes stand. */
function verify(source: SourceText): void {
  const parser = new SaxesParser({ xmlns: false });
  const here = () => Math.min(parser.position + source.start, source.text.length);
  let depth = 0;
  let count = 0;
  parser.on("error", (error) => {
    const what = complaints.find(([pattern]) => pattern.test(error.message))?.[1] ?? "the text is not well-formed XML";
    throw source.malformed(Math.max(here() - 1, 0), what);
  });
  parser.on("doctype", () => {
    throw source.malformed(here(), "a document type definition is not accepted", "remove the <!DOCTYPE …>");
  });
  parser.on("opentag", ({ attributes }) => {
    count += 1 + Object.keys(attributes).length;
    if (++depth > limits.depth) throw source.malformed(here(), `nested deeper than ${limits.depth} levels`);
    if (count > limits.nodes) throw source.malformed(here(), `more than ${limits.nodes} values`);
  });
  parser.on("closetag", () => {
    depth--;
  });
  parser.write(source.text.slice(source.start)).close();
}

/** Finds the places in a document that is known to be well-formed. */
function scan(source: SourceText): Element {
  const { text } = source;
  const stack: Element[] = [];
  let root: Element | undefined;
  for (let at = text.indexOf("<"); at >= 0; at = text.indexOf("<", at)) {
    const skipped = skipMarkup(text, at);
    if (skipped !== undefined) at = skipped;
    else if (text[at + 1] === "/") {
      const element = stack.pop() as Element;
      element.closeStart = at;
      element.end = text.indexOf(">", at) + 1;
      at = element.end;
    } else {
      const element = startTag(text, at);
      stack.at(-1)?.children.push(element);
      root ??= element;
      if (!element.isSelfClosing) stack.push(element);
      at = element.openEnd;
    }
  }
  return root as Element;
}

/** The end of a comment, CDATA section or processing instruction at `at`. */
function skipMarkup(text: string, at: number): number | undefined {
  if (text.startsWith("<!--", at)) return text.indexOf("-->", at) + 3;
  if (text.startsWith("<![CDATA[", at)) return text.indexOf("]]>", at) + 3;
  return text[at + 1] === "?" ? text.indexOf("?>", at) + 2 : undefined;
}

const tagName = /<([^\s/>]+)/y;
const attribute = /\s+([^\s=]+)\s*=\s*(["'])/y;
const tagEnd = /\s*(\/?)>/y;

function startTag(text: string, start: number): Element {
  tagName.lastIndex = start;
  const name = (tagName.exec(text) as RegExpExecArray)[1] as string;
  let at = tagName.lastIndex;
  const attributes: Attribute[] = [];
  for (;;) {
    attribute.lastIndex = at;
    const match = attribute.exec(text);
    if (match === null) break;
    const quote = match[2] as string;
    const valueStart = attribute.lastIndex;
    const valueEnd = text.indexOf(quote, valueStart);
    attributes.push({ name: match[1] as string, start: at, valueStart, valueEnd, quote });
    at = valueEnd + 1;
  }
  tagEnd.lastIndex = at;
  const isSelfClosing = tagEnd.exec(text)?.[1] === "/";
  const openEnd = tagEnd.lastIndex;
  return { name, start, attributes, children: [], openEnd, isSelfClosing, closeStart: openEnd, end: openEnd };
}
