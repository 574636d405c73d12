/** From a JSON document to the samples of one metric. */
import type { Family, Sample } from "@outrigger/exposition/document";
import { JsonPath, JsonPathError } from "../json/path.ts";
import { scalarText } from "../json/text.ts";
import { parseText, TemplateError } from "../rules/template.ts";

export interface JsonMetricConfig {
  readonly path?: string | undefined;
  readonly each?: string | undefined;
  readonly value?: string | number | boolean | undefined;
  readonly labels?: Readonly<Record<string, string | number | boolean>> | undefined;
  readonly map?: Readonly<Record<string, number>> | undefined;
  readonly default?: number | undefined;
  readonly type?: "counter" | "gauge" | undefined;
  readonly help?: string | undefined;
}

/** A metric that cannot be used: the message, and the path inside it. */
export class JsonMetricError extends Error {
  readonly path: readonly string[];

  constructor(message: string, path: readonly string[]) {
    super(message);
    this.path = path;
  }
}

type LabelValue = (root: unknown) => string;

/** One metric of a JSON source. */
export class JsonMetric {
  readonly #name: string;
  readonly #config: JsonMetricConfig;
  readonly #elements: JsonPath;
  readonly #value: (element: unknown) => unknown;
  readonly #labels: readonly (readonly [string, LabelValue])[];

  /** @throws JsonMetricError */
  constructor(name: string, config: JsonMetricConfig) {
    const { path, each, value } = config;
    if ((path === undefined) === (each === undefined)) throw new JsonMetricError("needs exactly one of path, each", []);
    if (each !== undefined && value === undefined)
      throw new JsonMetricError("each needs a value, such as value: $.count", []);
    if (path !== undefined && value !== undefined)
      throw new JsonMetricError("value belongs to each; path is the value itself", ["value"]);
    this.#config = config;
    const type = config.type ?? (name.endsWith("_total") ? "counter" : "gauge");
    this.#name = type === "counter" && !name.endsWith("_total") ? `${name}_total` : name;
    this.#elements = pathAt(path ?? (each as string), [path === undefined ? "each" : "path"]);
    this.#value = readerOf(value);
    this.#labels = Object.entries(config.labels ?? {}).map(([label, text]) => [label, labelValue(String(text), label)]);
  }

  get name(): string {
    return this.#name;
  }

  /** Its family, and how many values were none. */
  read(root: unknown): { family: Family; skipped: number } {
    const samples: Sample[] = [];
    let skipped = 0;
    const elements = this.#elements.all(root);
    const isEach = this.#config.each !== undefined;
    for (const element of elements.length === 0 && !isEach ? [undefined] : elements) {
      const value = this.#number(this.#value(element));
      if (value === undefined) skipped++;
      else {
        const labels = this.#labels.map(([label, text]) => [label, text(isEach ? element : root)] as const);
        samples.push({ name: this.#name, labels, value });
      }
    }
    const type = this.#name.endsWith("_total") && this.#config.type !== "gauge" ? "counter" : "gauge";
    const help = this.#config.help ?? `From ${this.#elements.source}.`;
    return { family: { name: this.#name, type, help, samples }, skipped };
  }

  #number(value: unknown): number | undefined {
    const mapped = this.#config.map?.[scalarText(value)];
    return mapped ?? toNumber(value) ?? this.#config.default;
  }
}

/** Numbers, strings that hold one, and truth; anything else is no value. */
function toNumber(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  const text = scalarText(value).trim();
  if (/^true$/i.test(text)) return 1;
  if (/^false$/i.test(text)) return 0;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

function readerOf(value: JsonMetricConfig["value"]): (element: unknown) => unknown {
  if (value === undefined) return (element) => element;
  if (typeof value !== "string" || !value.startsWith("$")) return () => value;
  const path = pathAt(value, ["value"]);
  return (element) => path.first(element);
}

function labelValue(text: string, label: string): LabelValue {
  if (text.startsWith("$")) {
    const path = pathAt(text, ["labels", label]);
    return (root) => scalarText(path.first(root));
  }
  try {
    const parts = parseText(text).map((token): LabelValue => {
      if (typeof token === "string") return () => token;
      const path = pathAt(token.name ?? "", ["labels", label]);
      return (root) => token.filters.reduce((value, filter) => filter(value), scalarText(path.first(root)));
    });
    return (root) => parts.map((part) => part(root)).join("");
  } catch (error) {
    if (error instanceof TemplateError) throw new JsonMetricError(error.message, ["labels", label]);
    throw error;
  }
}

function pathAt(source: string, where: readonly string[]): JsonPath {
  try {
    return new JsonPath(source);
  } catch (error) {
    if (error instanceof JsonPathError) throw new JsonMetricError(error.message, where);
    throw error;
  }
}
