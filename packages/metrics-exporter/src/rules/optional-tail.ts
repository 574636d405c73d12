/** What a pattern may lack at its end: the referer and the agent of an access log that nobody asks for take a third of the match. */

/** Escapes and classes, in which parentheses mean nothing, and the parentheses. */
const token = /\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|\((?:\?[:=!]|\?<[=!])?|\)/g;

/**
 * The same pattern without the optional groups at its end that capture nothing: `a(\d)(?: b)?` is `a(\d)`. Where the match ends is
 * another place, but whether there is one, and what is captured, stays the same.
 */
export function withoutOptionalTail(source: string): string {
  const open: { at: number; captures: boolean }[] = [];
  let last: { at: number; captures: boolean } | undefined;
  for (const { 0: text, index } of source.matchAll(token)) {
    if (text === ")") {
      const group = open.pop();
      last = index === source.length - 2 ? group : undefined;
      const around = open.at(-1);
      if (around) around.captures ||= group?.captures ?? false;
    } else if (text.startsWith("(")) open.push({ at: index, captures: text === "(" });
  }
  const isOptional = source.endsWith(")?") && last !== undefined && source.startsWith("(?:", last.at);
  return isOptional && !last?.captures ? withoutOptionalTail(source.slice(0, last?.at)) : source;
}
