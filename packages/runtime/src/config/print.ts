import { stringify } from "yaml";
import { mask } from "../secrets.ts";
import { defaultOf, nodeOf, unwrapOptional } from "./introspect.ts";
import { metaOf, otherwiseOf } from "./meta.ts";
import type { AnySchema } from "./schema.ts";
import type { Section } from "./section.ts";

/** `--print-config`: the effective section as YAML that could be used as it stands, but for secrets, which are `***`. */
export function printConfig(section: Section<never>, input: unknown): string {
  return mask(stringify({ [section.key]: effective(section.schema, input) }, { compat: "yaml-1.1" }));
}

/** `input` with every default filled in, short forms in full and every secret masked; references (`env:`, `file:`) are no secrets. */
export function effective(schema: AnySchema, input: unknown): unknown {
  const value = input === undefined ? defaultOf(schema)?.value : input;
  if (value === undefined) return undefined;
  if (metaOf(unwrapOptional(schema))?.secret) return isReference(value) ? value : "***";
  const node = nodeOf(schema);
  if (node.kind === "union") {
    const form = node.options.find((option) => option.safeParse(value).success);
    const inFull = form && metaOf(form)?.inFull;
    if (inFull !== undefined) return effective(schema, inFull(value as string));
    return form ? effective(form, value) : value;
  }
  if (node.kind === "list" && Array.isArray(value)) return value.map((item) => effective(node.item, item));
  if (typeof value !== "object" || value === null) return value;
  const given = value as Readonly<Record<string, unknown>>;
  const entries: [string, unknown][] =
    node.kind === "object"
      ? Object.entries(node.shape).map(([key, child]) => [
          key,
          effective(child, given[key] === undefined ? otherwiseOf(child)?.(given) : given[key]),
        ])
      : node.kind === "map"
        ? Object.entries(given).map(([key, child]) => [key, effective(node.value, child)])
        : Object.entries(given);
  return Object.fromEntries(entries.filter(([, child]) => child !== undefined));
}

function isReference(value: unknown): boolean {
  return typeof value === "string" && /^(env|file):/.test(value);
}
