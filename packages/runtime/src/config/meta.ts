import type { core } from "./zod.ts";

/** What is known about a schema beside its type. */
export interface Meta {
  description: string;
  /** What to write, as in "must be …". */
  expected?: string;
  /** The value is never shown. */
  secret?: boolean;
  /** What this short form stands for, as a user would write it. */
  inFull?: (value: string) => unknown;
}

/** What counts when a key is left out, given its siblings, all as a user would write them. */
export type Otherwise = (siblings: Readonly<Record<string, unknown>>) => unknown;

type AnyType = core.$ZodType;

const metas = new WeakMap<AnyType, Meta>();
const otherwises = new WeakMap<AnyType, Otherwise>();

/** Notes what is known about a schema, and returns it. */
export function describe<S extends AnyType>(schema: S, meta: Meta): S {
  metas.set(schema, meta);
  return schema;
}

/** What was noted about this very schema, not about one inside it. */
export function metaOf(schema: AnyType): Meta | undefined {
  return metas.get(schema);
}

/** Notes what counts when the value is left out, and returns the schema. */
export function describeAbsence<S extends AnyType>(schema: S, otherwise: Otherwise): S {
  otherwises.set(schema, otherwise);
  return schema;
}

/** What counts when the value is left out; undefined where nothing was noted. */
export function otherwiseOf(schema: AnyType): Otherwise | undefined {
  return otherwises.get(schema);
}
