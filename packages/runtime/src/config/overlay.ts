// What lies over the file: environment variables, --set, and a tool's own flags.
import { UsageError } from "../errors.ts";
import { suggestion } from "../nearest.ts";
import { childOf, formsOf, keysOf, nodeOf } from "./introspect.ts";
import type { Path, Problem } from "./problem.ts";
import type { AnySchema } from "./schema.ts";
import { SECTION_KEYS, type SectionKey } from "./section.ts";
import { valueOfText } from "./text-value.ts";
import type { ReadValue } from "./value.ts";

/** A value from outside the file. `value` is in the form a user would write; text is read like an environment variable's. */
export interface Assignment {
  /** Starts with the section. */
  path: Path;
  value: unknown;
  /** Where it came from, for messages: `--output`, `environment variable OUTRIGGER_…`. */
  origin: string;
  /** Added to the list at `path` instead of replacing it. */
  append?: boolean;
}

type Container = Record<string | number, unknown>;

/** `OUTRIGGER_<SECTION>__<KEY>…` variables of one section. Names of the user's own maps are literal, the rest is folded. */
export function fromEnvironment(
  section: SectionKey,
  schema: AnySchema,
  environment: NodeJS.ProcessEnv,
): { assignments: Assignment[]; problems: Problem[] } {
  const assignments: Assignment[] = [];
  const problems: Problem[] = [];
  for (const [name, value = ""] of Object.entries(environment).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [prefix = "", ...segments] = name.split("__");
    if (fold(prefix) !== `outrigger${section}` || segments.length === 0) continue;
    const origin = `environment variable ${name}`;
    const resolved = resolveFolded(schema, segments);
    if ("unknown" in resolved) {
      const message = `unknown key "${resolved.unknown}"${suggestion(resolved.unknown, resolved.known)}`;
      problems.push({ path: [section, ...resolved.path, resolved.unknown], origin, message });
    } else assignments.push({ path: [section, ...resolved.path], value: value.trim(), origin });
  }
  return { assignments, problems };
}

/** `OUTRIGGER_<NAME>__…` variables whose name is no section: mistakes, as every section has its variables. */
export function withoutSection(environment: NodeJS.ProcessEnv): { variable: string; name: string }[] {
  return Object.keys(environment).flatMap((variable) => {
    const name = /^outrigger_([^_].*?)__/i.exec(variable)?.[1];
    return name === undefined || SECTION_KEYS.some((key) => key === fold(name)) ? [] : [{ variable, name }];
  });
}

const fold = (name: string) => name.toLowerCase().replaceAll("_", "");

function resolveFolded(
  schema: AnySchema,
  segments: readonly string[],
): { path: Path } | { path: Path; unknown: string; known: string[] } {
  const path: (string | number)[] = [];
  let current = schema;
  for (const segment of segments) {
    const key = keysOf(current).find((candidate) => fold(candidate) === fold(segment)) ?? literalKey(current, segment);
    const child = key === undefined ? undefined : childOf(current, key);
    if (key === undefined || child === undefined) return { path, unknown: segment, known: keysOf(current) };
    path.push(key);
    current = child;
  }
  return { path };
}

/** A name of the user's own, or an index. */
function literalKey(schema: AnySchema, segment: string): string | number | undefined {
  if (formsOf(schema).some((form) => nodeOf(form).kind === "map")) return segment;
  const index = indexOrName(schema, segment);
  return typeof index === "number" ? index : undefined;
}

/** Reads `PATH=VALUE` of `--set`. Throws `UsageError`. */
export function parseSet(argument: string): Assignment {
  const match = /^((?:"(?:[^"\\]|\\.)*"|[^"=])+)=(.*)$/s.exec(argument);
  if (match === null) {
    throw new UsageError(`--set ${argument}: must be PATH=VALUE, such as --set logs.output=prefix`);
  }
  const [, target = "", value = ""] = match;
  return { path: parsePath(target), value: value.trim(), origin: `--set ${target}` };
}

/** Segments between dots and indexes in brackets; a name in double quotes may hold both. Throws `UsageError`. */
function parsePath(target: string): Path {
  const text = `.${target}`;
  const segment = /\.(?:("(?:[^"\\]|\\.)*")|([^."[\]]+))|\[(\d+)\]/y;
  const path: (string | number)[] = [];
  while (segment.lastIndex < text.length) {
    const [, quoted, plain, index] = segment.exec(text) ?? [];
    const name = quoted === undefined ? plain : unescaped(quoted);
    if (name === undefined && index === undefined) {
      throw new UsageError(
        `--set ${target}: this path cannot be read; write names with brackets, quotes or dots in double quotes, ` +
          'such as egress.routes."http://[::1]/"',
      );
    }
    path.push(name ?? Number(index));
  }
  return path;
}

function unescaped(quoted: string): string | undefined {
  try {
    return JSON.parse(quoted);
  } catch {
    return undefined;
  }
}

/** Lays `assignment` over `root` (changed in place), reading text with `read`. Returns the path it ended at, or the problem. */
export function assign(
  root: Container,
  schema: AnySchema,
  assignment: Assignment,
  read: ReadValue,
): { path: Path } | { problem: Problem } {
  const { path, origin } = assignment;
  let container: Container = root;
  let current: AnySchema | undefined = schema;
  const walked: (string | number)[] = [];
  let rest = [...path.slice(1)];
  const [first] = path;
  if (first === undefined) return { problem: { path, origin, message: "names no section" } };
  container = enter(container, first, rest[0]);
  walked.push(first);
  while (rest.length > 1) {
    const { key, consumed } = nextKey(current, container, rest);
    rest = rest.slice(consumed);
    walked.push(key);
    current = current && childOf(current, key);
    if (rest.length === 0) return { path: place(container, key, current, assignment, walked, read) };
    const below = container[key];
    if (below !== undefined && below !== null && typeof below !== "object") {
      const message = "is written in its short form; write it as a mapping to set a key in it";
      return { problem: { path: walked, origin, message } };
    }
    rest[0] = indexOrName(current, rest[0]!);
    container = enter(container, key, rest[0]);
  }
  const [last] = rest;
  if (last === undefined) {
    return { problem: { path, origin, message: `names a whole section; name a key in it, such as ${first}.KEY` } };
  }
  const key = typeof last === "string" && Array.isArray(container) && /^\d+$/.test(last) ? Number(last) : last;
  walked.push(key);
  return { path: place(container, key, current && childOf(current, key), assignment, walked, read) };
}

/** `0` is an index where only a list can be. */
function indexOrName(schema: AnySchema | undefined, segment: string | number): string | number {
  const kinds = schema ? formsOf(schema).map((form) => nodeOf(form).kind) : [];
  return kinds.includes("list") && !kinds.includes("map") && /^\d+$/.test(String(segment)) ? Number(segment) : segment;
}

function enter(container: Container, key: string | number, below: string | number | undefined): Container {
  const existing = Object.hasOwn(container, key) ? container[key] : undefined;
  if (typeof existing === "object" && existing !== null) return existing as Container;
  const created = (typeof below === "number" ? [] : {}) as Container;
  define(container, key, created);
  return created;
}

/**
 * The next key. In a user's own map the longest existing name wins, so that names with dots need no quotes; nor do new ones that
 * are URLs or paths: such a name goes on until a key of its value follows.
 */
function nextKey(schema: AnySchema | undefined, container: Container, rest: readonly (string | number)[]) {
  const [key = ""] = rest;
  const map = schema && formsOf(schema).find((form) => nodeOf(form).kind === "map");
  if (map === undefined)
    return { key: Array.isArray(container) && /^\d+$/.test(String(key)) ? Number(key) : key, consumed: 1 };
  const nameOf = (length: number) => rest.slice(0, length).join(".");
  const lengths = rest.map((_, index) => index + 1);
  const known = lengths.findLast((length) => Object.hasOwn(container, nameOf(length)));
  if (known !== undefined) return { key: nameOf(known), consumed: known };
  if (!String(key).includes("/")) return { key, consumed: 1 };
  const keys = keysOf(childOf(map, nameOf(1)) ?? map);
  const length = lengths.find((candidate) => keys.includes(String(rest[candidate]))) ?? rest.length;
  return { key: nameOf(length), consumed: length };
}

function place(
  container: Container,
  key: string | number,
  schema: AnySchema | undefined,
  { value, append }: Assignment,
  walked: Path,
  read: ReadValue,
): Path {
  const given = typeof value === "string" ? valueOfText(value, schema, read) : value;
  if (!append) {
    define(container, key, given);
    return walked;
  }
  const existing = container[key];
  const list = Array.isArray(existing) ? existing : [];
  define(container, key, [...list, ...(Array.isArray(given) ? given : [given])]);
  return walked;
}

/** Not an assignment: `__proto__` is a key like any other. */
function define(container: Container, key: string | number, value: unknown): void {
  Object.defineProperty(container, key, { value, writable: true, enumerable: true, configurable: true });
}
