import { defaultOf, nodeOf, unwrapOptional } from "./introspect.ts";
import { metaOf } from "./meta.ts";
import type { AnySchema } from "./schema.ts";
import type { Section } from "./section.ts";

/** One key of a section, for `--help` and the reference documentation. */
export interface ReferenceEntry {
  /** Such as `logs.sources[].files` or `health.checks.NAME.interval`. */
  path: string;
  description: string;
  /** What may be written. */
  expected: string;
  /** As a user would write it; absent when there is none. */
  default?: string;
}

/** Every key of a section in its order, parents before children; each path once, whatever its forms. */
export function referenceOf(section: Section<never>): ReferenceEntry[] {
  const entries = new Map<string, ReferenceEntry>();
  visit(section.schema, section.key, entries);
  entries.delete(section.key);
  return [...entries.values()];
}

function visit(schema: AnySchema, path: string, entries: Map<string, ReferenceEntry>): void {
  const inner = unwrapOptional(schema);
  const meta = metaOf(inner);
  const node = nodeOf(schema);
  if (meta && !entries.has(path)) {
    const fallback = defaultOf(schema);
    entries.set(path, {
      path,
      description: meta.description,
      expected: meta.expected ?? "any value",
      ...(fallback && { default: showDefault(fallback.value) }),
    });
  }
  switch (node.kind) {
    case "object":
      for (const [key, child] of Object.entries(node.shape)) visit(child, `${path}.${key}`, entries);
      break;
    case "map":
      visit(node.value, `${path}.NAME`, entries);
      break;
    case "list":
      if (nodeOf(node.item).kind !== "string") visit(node.item, `${path}[]`, entries);
      break;
    case "union":
      for (const option of node.options) visit(option, path, entries);
      break;
  }
}

function showDefault(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
