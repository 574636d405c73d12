/** From messages to rules. */
import type { RuleDefinition } from "../rules/definition.ts";
import type { Message, Place } from "./messages.ts";
import { unitWords } from "./words.ts";

/** Rules by metric name. */
export type Proposal = Map<string, RuleDefinition>;

/** Labels with more values than this would be too many series. */
const maxLabelValues = 10;
const neverLabels =
  /^(?:id|.*_id|user|username|email|ip|addr|address|host|token|session|trace|span|time|date|path|url|uri|port|pid)$/;

/** A counter for a message, or a histogram when it tells a duration or a size; undefined when it has too little fixed text. */
export function proposeFor({ places, count }: Message): { name: string; rule: RuleDefinition } | undefined {
  const first = places.findIndex(({ kind, text }) => kind === "text" && /[A-Za-z]{3}/.test(text));
  if (first < 0) return undefined;
  const used = places.slice(first);
  let template = "";
  let measured: "duration" | "bytes" | undefined;
  for (const [index, place] of used.entries()) {
    const kind = measured === undefined ? measureAt(used, index) : undefined;
    if (kind !== undefined) {
      measured = kind;
      template += `{value:${kind}}`;
    } else if (isUnitOfValue(used, index)) {
      // Part of the value: the grammar takes a blank before the unit.
      template = template.replace(/\s$/, "");
    } else if (place.kind === "text" || place.kind === "separator") template += place.text.replace(/[{}]/g, "$&$&");
    else template += `{${labelFor(used, index, count, template) ?? "_"}}`;
  }
  template = template.replace(/(?:\{_\}[^\w}]*)+$/, "").trimEnd();
  const words = used
    .filter(({ kind, text }) => kind === "text" && /^[A-Za-z][\w-]*$/.test(text) && !Object.hasOwn(unitWords, text))
    .slice(0, 5);
  const stem = words.map(({ text }) => text.toLowerCase().replace(/\W+/g, "_")).join("_");
  if (stem === "" || template === "") return undefined;
  const suffix = measured === "duration" ? "seconds" : measured === "bytes" ? "bytes" : "total";
  return { name: `${stem.replace(/_(?:total|seconds|bytes)$/, "")}_${suffix}`, rule: { match: template } };
}

/** Whether a duration or size begins here, by its own unit or that of the next word. */
function measureAt(places: readonly Place[], index: number): "duration" | "bytes" | undefined {
  const { kind } = places[index] as Place;
  if (kind === "duration" || kind === "bytes") return kind;
  if (kind !== "number") return undefined;
  const [gap, unit] = [places[index + 1], places[index + 2]];
  return gap?.text === " " && unit?.kind === "text" ? unitWords[unit.text] : undefined;
}

function isUnitOfValue(places: readonly Place[], index: number): boolean {
  return (
    index >= 2 && Object.hasOwn(unitWords, (places[index] as Place).text) && measureAt(places, index - 2) !== undefined
  );
}

/** The name of a label for what varies here; undefined when it must not be one: identifiers, times, and too many values. */
function labelFor(places: readonly Place[], index: number, count: number, template: string): string | undefined {
  const { kind, values } = places[index] as Place;
  if (kind !== "value" || values.size > maxLabelValues || count < values.size * 3) return undefined;
  if ([...values].some((value) => /\d/.test(value))) return undefined;
  const before = places.slice(0, index).findLast((place) => place.kind === "text");
  const name = before?.text
    .toLowerCase()
    .replace(/\W+/g, "_")
    .replace(/^(?=\d)/, "_");
  if (name === undefined || neverLabels.test(name) || template.includes(`{${name}}`)) return undefined;
  return /^[a-z_][a-z0-9_]*$/.test(name) && !["overflow", "le", "value"].includes(name) ? name : undefined;
}
