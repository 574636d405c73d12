import type { Format } from "./text.ts";

interface Range {
  type: string;
  parameters: Map<string, string>;
  quality: number;
}

/**
 * The format a scrape asks for by its `Accept` header (RFC 9110, section 12.5.1). The better quality wins; at equal quality
 * OpenMetrics wins when it is named. Anything else, also nonsense, gets the text format.
 */
export function negotiate(accept: string | undefined): Format {
  const ranges = parseAccept(accept ?? "");
  const openmetrics = best(
    ranges.filter(
      ({ type, parameters }) =>
        type === "application/openmetrics-text" && /^(|1\.0\.0|0\.0\.1)$/.test(parameters.get("version") ?? ""),
    ),
  );
  const text =
    best(ranges.filter(({ type }) => type === "text/plain")) ??
    best(ranges.filter(({ type }) => type === "text/*")) ??
    best(ranges.filter(({ type }) => type === "*/*"));
  return openmetrics !== undefined && openmetrics > 0 && openmetrics >= (text ?? 0) ? "openmetrics" : "text";
}

/** The media ranges of an `Accept` header in its order, types and parameter names in lower case. Bad ones are left out. */
export function parseAccept(header: string): Range[] {
  const ranges: Range[] = [];
  for (const item of header.split(",")) {
    const [type = "", ...rest] = item.split(";").map((part) => part.trim());
    if (!/^[^\s/]+\/[^\s/]+$/.test(type)) continue;
    const parameters = new Map<string, string>();
    let quality = 1;
    for (const parameter of rest) {
      const [name = "", value = ""] = parameter.split("=").map((part) => part.trim());
      if (name.toLowerCase() !== "q") parameters.set(name.toLowerCase(), value.replace(/^"(.*)"$/, "$1").toLowerCase());
      else quality = /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(value) ? Number(value) : 0;
    }
    ranges.push({ type: type.toLowerCase(), parameters, quality });
  }
  return ranges;
}

function best(ranges: readonly Range[]): number | undefined {
  return ranges.length === 0 ? undefined : Math.max(...ranges.map(({ quality }) => quality));
}
