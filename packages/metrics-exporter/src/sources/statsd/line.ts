/** The StatsD protocol and its dialects, one line at a time. */

export type StatsdType = "c" | "g" | "ms" | "h" | "d";

export interface StatsdLine {
  /** As sent, dots included. */
  readonly name: string;
  readonly type: StatsdType;
  readonly values: readonly number[];
  /** A gauge that is changed rather than set. */
  readonly relative: boolean;
  /** How many events one line stands for, at least 1. */
  readonly times: number;
  readonly tags: readonly (readonly [key: string, value: string])[];
}

export type StatsdError = "malformed" | "bad_value" | "bad_rate" | "negative" | "unsupported" | "mixed_tags";

const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Reads one line, or says what is wrong with it. Events, service checks and sets are not supported. */
export function readLine(line: string): StatsdLine | StatsdError {
  if (line.startsWith("_e{") || line.startsWith("_sc|")) return "unsupported";
  const [head = "", type = "", ...extras] = line.split("|");
  // Tags in the name may hold colons in brackets only (SignalFX), so the values begin behind those.
  const colon = head.indexOf(":", head.lastIndexOf("]") + 1);
  if (colon <= 0 || type === "") return "malformed";
  if (type === "s") return "unsupported";
  if (type !== "c" && type !== "g" && type !== "ms" && type !== "h" && type !== "d") return "malformed";
  const texts = head.slice(colon + 1).split(":");
  const values: number[] = [];
  for (const text of texts) {
    const value = number.test(text) ? Number(text) : Number.NaN;
    if (!Number.isFinite(value)) return "bad_value";
    if (value < 0 && type !== "g") return "negative";
    values.push(value);
  }
  const named = splitName(head.slice(0, colon));
  if (named === undefined) return "malformed";
  let tags = named.tags;
  let times = 1;
  for (const extra of extras) {
    if (extra.startsWith("@")) {
      const rate = number.test(extra.slice(1)) ? Number(extra.slice(1)) : Number.NaN;
      if (!(rate >= 0)) return "bad_rate";
      times = rate === 0 ? 1 : 1 / rate;
    } else if (extra.startsWith("#")) {
      if (tags.length > 0) return "mixed_tags";
      tags = splitTags(extra.slice(1), ":");
    } else if (!/^(?:c:|T\d|e:|card:)/.test(extra)) return "malformed";
  }
  const relative = type === "g" && /^[+-]/.test(texts[0] ?? "");
  return { name: named.name, type, values, relative, times, tags };
}

/** The name, and the tags that InfluxDB (`,`), Librato (`#`) and SignalFX (`[…]`) put into it. */
function splitName(text: string): { name: string; tags: StatsdLine["tags"] } | undefined {
  const open = text.indexOf("[");
  if (open >= 0) {
    const close = text.indexOf("]", open);
    if (close < 0) return undefined;
    const name = text.slice(0, open) + text.slice(close + 1);
    return name === "" ? undefined : { name, tags: splitTags(text.slice(open + 1, close), "=") };
  }
  const [name = "", rest] = splitAt(text, text.search(/[,#]/));
  return name === "" ? undefined : { name, tags: rest === undefined ? [] : splitTags(rest, "=") };
}

/** `k=v,k=v`; a tag without a value is ignored, and a value may hold the separator. */
function splitTags(text: string, separator: string): (readonly [string, string])[] {
  return text.split(",").flatMap((tag) => {
    const [key = "", value] = splitAt(tag, tag.indexOf(separator));
    return value === undefined || value === "" || key === "" ? [] : [[key, value] as const];
  });
}

function splitAt(text: string, at: number): [string, string?] {
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
