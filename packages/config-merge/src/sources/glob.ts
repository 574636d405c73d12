import { globSync, lstatSync } from "node:fs";

/**
 * The files that a source with `*`, `?`, `[]` or `{a,b}` in its path stands for, in order of their names; they are
 * sources one after the other. A path that exists as it is written, or matches nothing, stands for itself.
 */
export function expand<S extends { readonly path: string }>(source: S): S[] {
  if (!/[*?[{]/.test(source.path) || lstatSync(source.path, { throwIfNoEntry: false }) !== undefined) return [source];
  const files = globSync(source.path).sort();
  return files.length === 0 ? [source] : files.map((path) => ({ ...source, path }));
}
