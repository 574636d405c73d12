import path from "node:path";
import type { ArrayStrategy } from "@outrigger/formats/arrays";
import { type FormatName, formatOf } from "@outrigger/formats/format";
import { Problem } from "@outrigger/formats/problem";
import type { MergeConfig, OutputConfig, Owner } from "./config.ts";
import type { SourceSpec } from "./sources/spec.ts";

/** How one output is to be made. */
export interface OutputPlan {
  /** The path as the user wrote it; undefined for stdout. */
  readonly target: string | undefined;
  readonly body: Body;
  readonly mode?: number | undefined;
  readonly owner?: Owner | undefined;
}

/** Where the bytes of an output come from. */
export type Body =
  | { readonly kind: "content"; readonly text: string }
  /** A file whose format is unknown, taken over byte for byte. */
  | { readonly kind: "copy"; readonly source: string; readonly optional: boolean }
  | MergePlan;

export interface MergePlan {
  readonly kind: "merge";
  readonly format: FormatName;
  readonly sources: readonly SourceSpec[];
  /** Paths and values of `set`, in order. */
  readonly set: readonly (readonly [path: string, value: unknown])[];
  readonly arrays: ArrayStrategy;
  readonly require: readonly string[];
  /** The path of a JSON Schema. */
  readonly schema?: string | undefined;
}

/** A directory that has to exist with this mode and owner. */
export interface DirectoryPlan {
  readonly target: string;
  readonly mode?: number | undefined;
  readonly owner?: Owner | undefined;
}

export interface Plan {
  readonly outputs: readonly OutputPlan[];
  readonly directories: readonly DirectoryPlan[];
  /** The directory whose listing the outputs were made from. */
  readonly listed?: string;
}

/** The outputs of the `config` section. Throws a Problem (exit status 2) when a format cannot be told, or a path is named twice. */
export function planConfigured(config: MergeConfig, environment: readonly SourceSpec[]): Plan {
  const outputs: OutputPlan[] = [];
  const directories: DirectoryPlan[] = [];
  for (const [target, output] of Object.entries(config)) {
    const { mode, owner } = output;
    if (target.endsWith("/")) directories.push({ target, mode, owner });
    else outputs.push({ target, body: bodyOf(target, output, environment), mode, owner });
  }
  refuseDoubles([...outputs, ...directories].map((planned) => planned.target as string));
  return { outputs, directories };
}

function refuseDoubles(targets: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const target of targets) {
    const file = path.resolve(target);
    const other = seen.get(file);
    if (other !== undefined) {
      throw new Problem("usage", `${other} and ${target} are the same output`, { hint: "keep one of the two" });
    }
    seen.set(file, target);
  }
}

function bodyOf(target: string, output: OutputConfig, environment: readonly SourceSpec[]): Body {
  if (output.content !== undefined) return { kind: "content", text: output.content };
  const set = Object.entries(output.set ?? {});
  const from = output.from ?? [];
  const [first] = from;
  if (from.length === 1 && first?.kind === "path" && set.length === 0 && isOpaque(target, output, first)) {
    return { kind: "copy", source: first.path, optional: first.optional === true };
  }
  const format = output.format ?? formatOf(target) ?? sourceFormat(from);
  if (format === undefined) throw unknownFormat(target);
  const require = output.require ?? [];
  const { arrays, schema } = output;
  return { kind: "merge", format, sources: [...from, ...environment], set, arrays, require, schema };
}

/** Whether neither the output nor its one source has a format. */
function isOpaque(
  target: string,
  { format, require, schema }: OutputConfig,
  source: SourceSpec & { kind: "path" },
): boolean {
  const unknown = format === undefined && formatOf(target) === undefined;
  return (
    unknown && (require ?? schema) === undefined && source.format === undefined && formatOf(source.path) === undefined
  );
}

/** The format of the first file source whose format can be told. */
export function sourceFormat(sources: readonly SourceSpec[]): FormatName | undefined {
  for (const source of sources) {
    const format = source.kind === "path" ? (source.format ?? formatOf(source.path)) : undefined;
    if (format !== undefined) return format;
  }
  return undefined;
}

export function unknownFormat(target: string): Problem {
  return new Problem("usage", `the format of ${target} cannot be told from its name`, {
    hint: "give the output an extension that is known (.json, .yaml, …), or say format: in the configuration",
  });
}

/** Every file and directory that a plan reads. */
export function pathsRead({ outputs, listed }: Plan): string[] {
  const paths = listed === undefined ? [] : [listed];
  for (const { body } of outputs) {
    if (body.kind === "copy") paths.push(body.source);
    if (body.kind !== "merge") continue;
    for (const source of body.sources) if (source.kind !== "environment") paths.push(source.path);
    for (const [, value] of body.set) {
      const file = typeof value === "string" ? /^file:(\/.*)$/s.exec(value)?.[1] : undefined;
      if (file !== undefined) paths.push(file);
    }
    if (body.schema !== undefined) paths.push(body.schema);
  }
  return paths;
}
