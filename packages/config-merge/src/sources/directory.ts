import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { limits } from "@outrigger/formats/limits";
import { Problem } from "@outrigger/formats/problem";
import { segmentsOf } from "./names.ts";
import { decode, readSource, singleValue, unreadable } from "./read.ts";
import type { Volumes } from "./volumes.ts";

/** A value named by a file or a variable. */
export interface NamedValue {
  /** The keys from the root, taken literally. */
  readonly keys: readonly string[];
  readonly text: string;
  /** `env:NAME` or `file:PATH`. */
  readonly origin: string;
}

/**
 * The values of a directory: one per file. `__` in a name and sub-directories nest; names that start with `..` are
 * the machinery of a ConfigMap or Secret volume. In order of their names, so that every run gives the same result.
 */
export function readDirectory(directory: string, volumes: Volumes): NamedValue[] {
  return [...walk(volumes.resolveDirectory(directory), directory, [])];
}

function* walk(real: string, shown: string, keys: readonly string[]): Generator<NamedValue> {
  if (keys.length > limits.depth)
    throw new Problem("malformed", `${shown} is nested deeper than ${limits.depth} levels`);
  for (const name of list(real, shown)) {
    if (name.startsWith("..")) continue;
    const file = path.join(real, name);
    const shownFile = path.join(shown, name);
    const inner = [...keys, ...segmentsOf(name, "__")];
    if (isDirectory(file)) yield* walk(file, shownFile, inner);
    else {
      const text = singleValue(decode(readSource(file, shownFile), shownFile));
      yield { keys: inner, text, origin: `file:${shownFile}` };
    }
  }
}

function list(real: string, shown: string): string[] {
  try {
    return readdirSync(real).sort();
  } catch (error) {
    throw unreadable(real, shown, error);
  }
}

/** Whether a path is a directory; what cannot be looked at is not. */
export function isDirectory(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    // Reading it says why.
    return false;
  }
}
