import { readFileSync } from "node:fs";
import { systemCode } from "../errors.ts";
import { suggestion } from "../nearest.ts";
import { mask } from "../secrets.ts";
import type { ConfigDocument } from "./document.ts";
import { explain } from "./explain.ts";
import { type Assignment, assign, fromEnvironment, withoutSection } from "./overlay.ts";
import { ConfigError, formatPath, type Path, type Problem } from "./problem.ts";
import { SECTION_KEYS, type Section } from "./section.ts";
import { type ReadValue, valueReader } from "./value.ts";

export type { Assignment } from "./overlay.ts";
export { parseSet } from "./overlay.ts";
export { ConfigError } from "./problem.ts";

const DEFAULT_FILE = "/etc/outrigger/outrigger.yaml";

export interface LoadOptions {
  /** `--config`; without it `$OUTRIGGER_CONFIG`, then `/etc/outrigger/outrigger.yaml` when that exists. */
  file?: string | undefined;
  environment?: NodeJS.ProcessEnv;
  /** `--set` and a tool's own flags, lowest precedence first. */
  assignments?: readonly Assignment[];
  /** The configuration in force, when this is a reload: an empty file, or one that has lost the section, is refused. */
  inForce?: Pick<Loaded<unknown>, "declared"> | undefined;
}

/** A valid configuration of one section. */
export interface Loaded<T> {
  config: T;
  /** Whether the file has the section, and something in it. */
  declared: boolean;
  /** The section as written, merged from all sources, before validation. */
  input: unknown;
  /** The file it came from, if there is one. */
  file?: string;
  /** The file's text, to tell whether it changed. */
  text: string;
}

/**
 * Loads one section: file, then environment, then command line. Throws `ConfigError` with every problem at once. Other
 * sections are not validated, but unknown ones are refused.
 */
export async function loadSection<T>(section: Section<T>, options: LoadOptions = {}): Promise<Loaded<T>> {
  const source = await readSource(options);
  return resolveSection(section, source, options);
}

/** The configuration file as read: shared by all sections of one process. */
export interface Source {
  document: ConfigDocument | undefined;
  text: string;
  /** Reads the values that lie over the file. */
  read: ReadValue;
}

/** Reads and parses the configuration file, if there is one. Throws `ConfigError` when a named one cannot be read. */
export async function readSource({ file, environment = process.env, assignments = [] }: LoadOptions): Promise<Source> {
  const read = await valueReader(textsOver(environment, assignments));
  const named = file ?? (environment.OUTRIGGER_CONFIG || undefined);
  const chosen = named ?? DEFAULT_FILE;
  let text: string;
  try {
    // Synchronous, as nothing else is to be done yet: the first asynchronous read starts four threads.
    text = readFileSync(chosen, "utf8");
  } catch (error) {
    const code = systemCode(error);
    if (named === undefined && (code === "ENOENT" || code === "ENOTDIR"))
      return { document: undefined, text: "", read };
    const by = file === undefined ? (named === undefined ? "the default" : "$OUTRIGGER_CONFIG") : "--config";
    const reason =
      { ENOENT: "no such file", EACCES: "permission denied", EISDIR: "it is a directory" }[code ?? ""] ?? code;
    const message = `cannot read the configuration file ${chosen} (${by}): ${reason}; mount it there or name another`;
    throw new ConfigError([{ path: [], message }]);
  }
  const { parseConfig } = await import("./document.ts");
  return { document: parseConfig(chosen, text), text, read };
}

/** The texts that may have to be read as YAML. */
function textsOver(environment: NodeJS.ProcessEnv, assignments: readonly Assignment[]): string[] {
  const variables = Object.entries(environment).filter(([name]) => /^outrigger_.*__/i.test(name));
  return [...variables.map(([, value = ""]) => value), ...assignments.map(({ value }) => value)].filter(
    (value) => typeof value === "string",
  );
}

/** Validates one section of a source with everything that lies over it. Throws `ConfigError`. */
export function resolveSection<T>(
  section: Section<T>,
  { document, text, read }: Source,
  { environment = process.env, assignments = [], inForce }: LoadOptions,
): Loaded<T> {
  const problems: Problem[] = [...(document?.problems ?? [])];
  const root = rootOf(document, problems);
  // A document without a value, but with problems, cannot be judged any further.
  if (problems.length > 0 && document?.value === undefined) throw new ConfigError(problems);
  // A key with nothing behind it is what a template leaves that has lost its values.
  const declared = Object.hasOwn(root, section.key) && root[section.key] !== null;
  if (inForce && document && (document.value === undefined || (inForce.declared && !declared))) {
    const what = document.value === undefined ? "the file is empty" : `the section "${section.key}" has disappeared`;
    problems.push({ path: [], at: document.locate([]), message: `${what}; the configuration in force stays` });
    // What is not there is not judged as if it were all defaults.
    throw new ConfigError(problems);
  }

  for (const { variable, name } of withoutSection(environment)) {
    problems.push(unknownSection(name, { origin: `environment variable ${variable}` }));
  }
  const fromVariables = fromEnvironment(section.key, section.schema, environment);
  problems.push(...fromVariables.problems);
  const origins = new Map<string, string>();
  for (const assignment of [...fromVariables.assignments, ...assignments]) {
    if (assignment.path[0] !== section.key) {
      const unknown = !SECTION_KEYS.some((key) => key === assignment.path[0]);
      if (unknown) problems.push(unknownSection(String(assignment.path[0]), { origin: assignment.origin }));
      continue;
    }
    const result = assign(root, section.schema, assignment, read);
    if ("problem" in result) problems.push(result.problem);
    else origins.set(formatPath(result.path), assignment.origin);
  }
  const placed = (finding: { path: Path; message: string; key?: boolean }) =>
    locate(finding, section.key, document, origins);

  const input = root[section.key] ?? {};
  const parsed = section.schema.safeParse(input);
  let config: T | undefined;
  if (!parsed.success) problems.push(...explain(section.schema, input, parsed.error.issues).map(placed));
  else {
    config = parsed.data;
    if (section.complete) {
      config = section.complete(config, root, (path, message) => problems.push(placed({ path, message })));
    }
  }
  if (problems.length > 0) throw new ConfigError(problems.sort(byPosition));
  return { config: config as T, declared, input, text, ...(document && { file: document.file }) };
}

/** In the order of the file; what lies over the file comes last. */
function byPosition({ at: a }: Problem, { at: b }: Problem): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return a.line - b.line || a.column - b.column;
}

function rootOf(document: ConfigDocument | undefined, problems: Problem[]): Record<string, unknown> {
  if (document?.value === undefined) return {};
  const { value } = document;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const message = `must be a mapping with the sections ${SECTION_KEYS.join(", ")}`;
    problems.push({ path: [], at: document.locate([]), message });
    return {};
  }
  for (const key of Object.keys(value)) {
    if (SECTION_KEYS.some((known) => known === key)) continue;
    problems.push(unknownSection(key, { at: document.locate([key], true) }));
  }
  for (const path of reservedNames(value)) {
    problems.push({ path, at: document.locate(path, true), message: "this name is reserved; choose another" });
  }
  return structuredClone(value) as Record<string, unknown>;
}

/** Where a key is `__proto__`: zod would leave it out without a word. */
function reservedNames(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const below = [...path, Array.isArray(value) ? Number(key) : key];
    return key === "__proto__" ? [below] : reservedNames(child, below);
  });
}

function unknownSection(key: string, where: Pick<Problem, "at" | "origin">): Problem {
  return { path: [key], ...where, message: `unknown section "${key}"${suggestion(key, SECTION_KEYS)}` };
}

/** A finding with the place it belongs to: the overlay that set the value or an ancestor of it, else the file. */
function locate(
  { path, message, key = false }: { path: Path; message: string; key?: boolean },
  section: string,
  document: ConfigDocument | undefined,
  origins: ReadonlyMap<string, string>,
): Problem {
  const whole = [section, ...path];
  for (let length = whole.length; length > 0; length--) {
    const origin = origins.get(formatPath(whole.slice(0, length)));
    if (origin !== undefined) return { path: whole, message: mask(message), origin };
  }
  return { path: whole, message: mask(message), ...(document && { at: document.locate(whole, key) }) };
}
