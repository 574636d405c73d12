import type { FormatName } from "@outrigger/formats/format";
import { Problem } from "@outrigger/formats/problem";

/** Where values come from. */
export type SourceSpec =
  | {
      readonly kind: "path";
      readonly path: string;
      /** Absence is no error. */
      readonly optional?: boolean | undefined;
      readonly format?: FormatName | undefined;
    }
  | { readonly kind: "environment"; readonly prefix: string }
  | PatchSpec;

/** Operations on what the sources before it gave (RFC 6902). */
export interface PatchSpec {
  readonly kind: "patch";
  readonly path: string;
  /** Absence is no error. */
  readonly optional?: boolean | undefined;
  readonly format: "json" | "yaml";
}

/** Whether an argument of the command line is a source and not an assignment. */
export function isSource(argument: string): boolean {
  return /^(?:\/|\.\/|\.\.\/|env:)/.test(argument) || !argument.includes("=");
}

/** `env:PREFIX*`, or the path of a file or directory. Throws a Problem (exit status 2). */
export function parseSource(text: string): SourceSpec {
  if (!text.startsWith("env:")) return { kind: "path", path: text };
  if (!text.endsWith("*")) {
    throw new Problem("usage", `${text} is no source`, {
      hint: `write ${text}* for all variables with that prefix, or assign one variable: PATH=${text}`,
    });
  }
  return { kind: "environment", prefix: text.slice("env:".length, -1) };
}
