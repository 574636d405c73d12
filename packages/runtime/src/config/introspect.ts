// Questions about a schema's structure, asked by the overlay, the messages, --print-config and the reference.
import type * as z from "zod/mini";
import type { AnySchema } from "./schema.ts";

interface Definition {
  type: string;
  innerType?: AnySchema;
  in?: AnySchema;
  getter?: () => AnySchema;
  shape?: Record<string, AnySchema>;
  valueType?: AnySchema;
  element?: AnySchema;
  options?: AnySchema[];
  entries?: Record<string, string>;
  values?: unknown[];
  defaultValue?: unknown;
}

export type Node =
  | { kind: "object"; shape: Record<string, AnySchema> }
  | { kind: "map"; value: AnySchema }
  | { kind: "list"; item: AnySchema }
  | { kind: "union"; options: AnySchema[] }
  | { kind: "words"; words: string[] }
  | { kind: "string" | "number" | "boolean" | "any" };

const definition = (schema: z.core.$ZodType) => schema._zod.def as unknown as Definition;

/** What a user writes for this schema, without the wrappers (optional, default, transformation) around it. */
export function nodeOf(schema: AnySchema): Node {
  const def = definition(unwrap(schema));
  switch (def.type) {
    case "object":
      return { kind: "object", shape: def.shape! };
    case "record":
      return { kind: "map", value: def.valueType! };
    case "array":
      return { kind: "list", item: def.element! };
    case "union":
      return { kind: "union", options: def.options! };
    case "enum":
      return { kind: "words", words: Object.values(def.entries!) };
    case "literal":
      return { kind: "words", words: def.values!.map(String) };
    case "string":
    case "number":
    case "boolean":
      return { kind: def.type };
    default:
      return { kind: "any" };
  }
}

/** The schema inside optional, default and transformation. */
export function unwrap(schema: AnySchema): AnySchema {
  const def = definition(schema);
  const inner = def.innerType ?? (def.type === "pipe" ? def.in : undefined) ?? def.getter?.();
  return inner === undefined ? schema : unwrap(inner);
}

/** The schema with the transformation on, but without optional and default. */
export function unwrapOptional(schema: AnySchema): AnySchema {
  const def = definition(schema);
  return def.innerType === undefined ? schema : unwrapOptional(def.innerType);
}

/** The default as a user would write it, and whether there is one. */
export function defaultOf(schema: AnySchema): { value: unknown } | undefined {
  const def = definition(schema);
  if (def.type === "default" || def.type === "prefault") return { value: def.defaultValue };
  return def.innerType === undefined ? undefined : defaultOf(def.innerType);
}

/** The forms a value can take: the schema itself, or the flattened options of a union. */
export function formsOf(schema: AnySchema): AnySchema[] {
  const node = nodeOf(schema);
  return node.kind === "union" ? node.options.flatMap(formsOf) : [schema];
}

/** The schema of a child, whichever form of the parent has one. */
export function childOf(schema: AnySchema, key: string | number): AnySchema | undefined {
  for (const form of formsOf(schema)) {
    const node = nodeOf(form);
    if (node.kind === "object" && typeof key === "string" && Object.hasOwn(node.shape, key)) return node.shape[key];
    if (node.kind === "map" && typeof key === "string") return node.value;
    if (node.kind === "list" && typeof key === "number") return node.item;
  }
  return undefined;
}

/** The keys that may stand at this place, over all forms. */
export function keysOf(schema: AnySchema): string[] {
  return formsOf(schema).flatMap((form) => {
    const node = nodeOf(form);
    return node.kind === "object" ? Object.keys(node.shape) : [];
  });
}
