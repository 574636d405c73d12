import { dirname } from "node:path";
import type { Directories } from "./directories.ts";
import { deep, isHidden, matchesName, type Segment } from "./glob.ts";
import { exists } from "./identity.ts";
import { compilePattern, matchesPattern, type Pattern } from "./pattern.ts";
import type { SourceSpec } from "./types.ts";

/** A path that a source asks for. It may not exist, or not be a file. */
export interface Wanted {
  readonly path: string;
  /** Index of the source. */
  readonly source: number;
}

interface CompiledSource {
  readonly patterns: readonly Pattern[];
  readonly exclude: readonly Pattern[];
}

/** Finds the paths that the sources ask for. */
export class Discovery {
  readonly #directories: Directories;
  readonly #sources: readonly CompiledSource[];
  #visited = new Set<string>();
  /** Directories that could not be listed: missing, or closed to us. */
  #unlisted = new Set<string>();
  #wanted: readonly Wanted[] | undefined;
  #version = -1;

  /** Throws GlobError for a pattern that cannot be read. */
  constructor(sources: readonly SourceSpec[], directories: Directories, workingDirectory: string) {
    this.#directories = directories;
    this.#sources = sources.map((source) => ({
      patterns: source.files.map((pattern) => compilePattern(pattern, workingDirectory)),
      exclude: (source.exclude ?? []).map((pattern) => compileExclude(pattern, workingDirectory)),
    }));
  }

  /** Directories whose changes can change the result: those that were listed, or the nearest that exist. */
  get visited(): ReadonlySet<string> {
    return this.#visited;
  }

  /** All wanted paths, each once, in the order of the sources. The same array as before when no directory changed. */
  scan(): readonly Wanted[] {
    if (this.#wanted !== undefined && this.#isUnchanged()) return this.#wanted;
    this.#visited = new Set();
    this.#unlisted = new Set();
    const found = new Map<string, Wanted>();
    for (const [source, { patterns, exclude }] of this.#sources.entries()) {
      for (const path of patterns.flatMap((pattern) => this.#expand(pattern))) {
        if (!found.has(path) && !exclude.some((pattern) => matchesPattern(pattern, path)))
          found.set(path, { path, source });
      }
    }
    this.#directories.retain(this.#visited);
    this.#version = this.#directories.version;
    this.#wanted = [...found.values()];
    return this.#wanted;
  }

  /** The source that would read this path if it existed. */
  sourceOf(path: string): number | undefined {
    const index = this.#sources.findIndex(
      ({ patterns, exclude }) =>
        patterns.some((pattern) => matchesPattern(pattern, path)) &&
        !exclude.some((pattern) => matchesPattern(pattern, path)),
    );
    return index === -1 ? undefined : index;
  }

  /** Some source excludes the path, and none asks for it. */
  isExcluded(path: string): boolean {
    return this.#sources.some(({ exclude }) => exclude.some((pattern) => matchesPattern(pattern, path)));
  }

  #isUnchanged(): boolean {
    for (const directory of [...this.#visited, ...this.#unlisted]) this.#directories.list(directory);
    return this.#directories.version === this.#version;
  }

  #expand({ path, globs }: Pattern): string[] {
    if (globs.length === 0 || exists(path)) {
      this.#visit(dirname(path));
      return [path];
    }
    const found = new Set<string>();
    for (const glob of globs) this.#walk("", glob.segments, 0, found);
    return [...found].sort();
  }

  /** Lists a directory for the result; a missing one is represented by its nearest ancestor. */
  #visit(directory: string): ReadonlySet<string> | undefined {
    const listing = this.#directories.list(directory);
    if (listing !== undefined) {
      this.#visited.add(directory);
      return listing.names;
    }
    this.#unlisted.add(directory);
    for (let above = directory; above !== "/"; ) {
      above = dirname(above);
      if (this.#directories.list(above) === undefined) continue;
      this.#visited.add(above);
      break;
    }
    return undefined;
  }

  #walk(parent: string, segments: readonly Segment[], at: number, found: Set<string>): void {
    const segment = segments[at]!;
    const isLast = at === segments.length - 1;
    if (typeof segment === "string" && !isLast) {
      this.#walk(`${parent}/${segment}`, segments, at + 1, found);
      return;
    }
    const directory = parent === "" ? "/" : parent;
    const names = this.#visit(directory);
    if (names === undefined) return;
    if (segment === deep) {
      if (isLast) for (const name of names) if (!isHidden(name)) found.add(`${parent}/${name}`);
      if (!isLast) this.#walk(parent, segments, at + 1, found);
      for (const name of this.#directories.subdirectories(directory)) {
        if (!isHidden(name)) this.#walk(`${parent}/${name}`, segments, at, found);
      }
    } else if (isLast) {
      for (const name of names) if (matchesName(segment, name)) found.add(`${parent}/${name}`);
    } else {
      for (const name of this.#directories.enterable(directory)) {
        if (matchesName(segment, name)) this.#walk(`${parent}/${name}`, segments, at + 1, found);
      }
    }
  }
}

/** Excludes are matched against absolute paths, so a leading `**` starts at the root. */
function compileExclude(pattern: string, workingDirectory: string): Pattern {
  return compilePattern(pattern.startsWith("**") ? `/${pattern}` : pattern, workingDirectory);
}
