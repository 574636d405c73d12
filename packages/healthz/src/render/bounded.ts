import type { Detail, Verdict } from "../verdict.ts";

/** Makes an answer with as much detail as its audience may see. */
export type Renderer = (verdict: Verdict, detail: Detail) => string;

const LARGEST_BODY_BYTES = 256 * 1024;

// Too long an answer gives up particulars first.
const LESS: Readonly<Record<Detail, Detail | undefined>> = { full: "class", class: "none", none: undefined };

/** The answer with the most detail that fits into 256 KiB. */
export function renderBounded(render: Renderer, verdict: Verdict, detail: Detail): string {
  const body = render(verdict, detail);
  const less = LESS[detail];
  if (less === undefined || Buffer.byteLength(body) <= LARGEST_BODY_BYTES) return body;
  return renderBounded(render, verdict, less);
}
