/** One sample: its series as written, and its value. */
export interface Sample {
  series: string;
  value: number;
}

// Label values may contain any character, with \\, \" and \n escaped (Prometheus exposition formats, 0.0.4).
const REST = /^\s*(\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?\s*(\S+)(?:\s+-?\d+(?:\.\d+)?)?\s*(?:#.*)?$/;

/** All samples of exactly this name in a text exposition. A line that is none, or has no number, is passed over. */
export function samplesOf(name: string, exposition: string): Sample[] {
  const samples: Sample[] = [];
  for (const line of exposition.split("\n")) {
    if (!line.startsWith(name)) continue;
    const rest = line.slice(name.length);
    if (!/^[\s{]/.test(rest)) continue;
    const [, labels = "", number = ""] = REST.exec(rest) ?? [];
    const value = parseValue(number);
    if (value !== undefined) samples.push({ series: name + labels, value });
  }
  return samples;
}

/** A number as Go writes it: with exponent, `NaN`, `+Inf`, `-Inf`. */
function parseValue(text: string): number | undefined {
  const [, sign, word] = /^([+-]?)(inf|infinity|nan)$/i.exec(text) ?? [];
  if (word !== undefined) {
    if (word.toLowerCase() === "nan") return Number.NaN;
    return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}
