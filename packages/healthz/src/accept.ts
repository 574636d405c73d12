/** The formats of an answer, the default first. */
const FORMATS = ["application/json", "text/plain", "application/health+json", "text/html"] as const;
export type Format = (typeof FORMATS)[number];

interface Range {
  type: string;
  quality: number;
  position: number;
}

/**
 * The format that an `Accept` header prefers (RFC 9110 section 12.5.1). Equal qualities go by the order of the header, then
 * by that of `FORMATS`. Nothing, nonsense and unknown types give JSON: a health endpoint never answers 406.
 */
export function chooseFormat(accept: string | undefined): Format {
  if (accept === undefined || accept === "*/*") return FORMATS[0];
  const ranges = accept.toLowerCase().split(",").map(parseRange);
  let best: { format: Format; range: Range } | undefined;
  for (const format of FORMATS) {
    const range = matching(format, ranges);
    if (range === undefined || range.quality === 0) continue;
    if (best === undefined || isBetter(range, best.range)) best = { format, range };
  }
  return best?.format ?? FORMATS[0];
}

function isBetter(a: Range, b: Range): boolean {
  return a.quality > b.quality || (a.quality === b.quality && a.position < b.position);
}

/** The most specific range that covers the format decides about it. */
function matching(format: Format, ranges: readonly Range[]): Range | undefined {
  const family = `${format.slice(0, format.indexOf("/"))}/*`;
  for (const wanted of [format, family, "*/*"]) {
    const range = ranges.find(({ type }) => type === wanted);
    if (range !== undefined) return range;
  }
  return undefined;
}

function parseRange(text: string, position: number): Range {
  const [type = "", ...parameters] = text.split(";").map((part) => part.trim());
  const weight = parameters.find((parameter) => /^q\s*=/.test(parameter));
  const quality = weight === undefined ? 1 : Number(weight.replace(/^q\s*=\s*/, ""));
  return { type, quality: quality >= 0 && quality <= 1 ? quality : 0, position };
}
