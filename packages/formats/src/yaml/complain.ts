import type { Document, ErrorCode } from "yaml";
import type { SourceText } from "../source-text.ts";

/** What the library's error codes mean. Its own messages are not used: some of them quote the text. */
const meanings: Partial<Record<ErrorCode, [what: string, hint?: string]>> = {
  ALIAS_PROPS: ["an alias cannot have an anchor or a tag"],
  BAD_ALIAS: ["the alias cannot be read"],
  BAD_DIRECTIVE: ["the directive is not known"],
  BAD_DQ_ESCAPE: ["unknown escape in double quotes", "write a backslash as \\\\, or use single quotes"],
  BAD_INDENT: ["the indentation does not fit, or a bracket is not closed"],
  BAD_SCALAR_START: ["the value starts with a reserved character", "put it in quotes"],
  BLOCK_AS_IMPLICIT_KEY: ["a nested map cannot start on this line", "put a value with a colon in quotes"],
  BLOCK_IN_FLOW: ["a block cannot stand inside brackets"],
  DUPLICATE_KEY: ["the key occurs twice in one map", "keep one of the two"],
  IMPOSSIBLE: ["the text cannot be read as YAML"],
  KEY_OVER_1024_CHARS: ["the key is longer than 1024 characters"],
  MISSING_CHAR: ["a character is missing: a quote, bracket, colon or comma"],
  MULTILINE_IMPLICIT_KEY: ["a key must be on one line"],
  MULTIPLE_ANCHORS: ["a value can have one anchor"],
  MULTIPLE_DOCS: ["the file holds several documents", "keep one document per file"],
  MULTIPLE_TAGS: ["a value can have one tag"],
  TAB_AS_INDENT: ["a tab is used as indentation", "indent with spaces"],
  TAG_RESOLVE_FAILED: ["the value does not fit its tag"],
  UNEXPECTED_TOKEN: ["unexpected text"],
};

/** Throws the document's first error, if it has one. */
export function complain(source: SourceText, document: Document.Parsed): void {
  const first = document.errors.toSorted((a, b) => a.pos[0] - b.pos[0])[0];
  if (first === undefined) return;
  const [what, hint] = meanings[first.code] ?? ["the text cannot be read as YAML"];
  throw source.malformed(Math.min(first.pos[0], source.text.length), what, hint);
}
