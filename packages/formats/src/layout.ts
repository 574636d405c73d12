/** How a document is laid out: what new text has to look like to fit in. */
export interface Layout {
  readonly eol: "\n" | "\r\n";
  /** One level of indentation. */
  readonly unit: string;
}

export const canonical: Layout = { eol: "\n", unit: "  " };

/** The line end and the indentation a text uses; the canonical ones where it shows none. */
export function layoutOf(text: string): Layout {
  const firstBreak = text.indexOf("\n");
  const eol = firstBreak > 0 && text[firstBreak - 1] === "\r" ? "\r\n" : "\n";
  const unit = /\n([ \t]+)[^\s#/*-]/.exec(text)?.[1] ?? canonical.unit;
  return { eol, unit };
}

/** The white space that the line of `offset` starts with. */
export function lineIndent(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return (/^[ \t]*/.exec(text.slice(start, offset)) as RegExpExecArray)[0];
}
