import {
  ConfigError,
  type Loaded,
  type LoadOptions,
  readSource,
  resolveSection,
  type Source,
} from "@outrigger/runtime/load";
import { formatProblem, type Problem } from "@outrigger/runtime/problem";
import { SECTION_KEYS, type Section, type SectionKey } from "@outrigger/runtime/section";
import { type Configuration, tools } from "./sections.ts";

/** The sections of a configuration, each with everything that lies over it. */
export type Sections = { [K in SectionKey]?: Loaded<NonNullable<Configuration[K]>> };

/** A configuration file as far as it is valid. */
export interface InspectedFile {
  source: Source;
  /** The sections that are present and valid. */
  sections: Sections;
  /** What is wrong with the file and with the other sections. */
  problems: readonly Problem[];
}

/** Loads every section that the file, an `OUTRIGGER_…` variable or an assignment names. */
export async function inspectFile(options: LoadOptions): Promise<InspectedFile> {
  const source = await readSource(options);
  const sections: Partial<Record<SectionKey, Loaded<unknown>>> = {};
  // Each section reports what is wrong with the file as a whole.
  const problems = new Map<string, Problem>();
  const present = presentSections(source, options);
  // A file that cannot be parsed, or has unknown sections only, is refused by whichever section looks at it.
  for (const key of present.length > 0 ? present : (["config"] as const)) {
    try {
      const section = (await tools[key].section()) as Section<unknown>;
      const loaded = resolveSection(section, source, options);
      if (present.length > 0) sections[key] = loaded;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const problem of error.problems) problems.set(formatProblem(problem), problem);
    }
  }
  return { source, sections: sections as Sections, problems: [...problems.values()] };
}

/** The same, refusing a file with any problem: throws one `ConfigError` with all of them. */
export async function loadFile(options: LoadOptions): Promise<Sections> {
  const { sections, problems } = await inspectFile(options);
  if (problems.length > 0) throw new ConfigError(problems);
  return sections;
}

function presentSections(
  { document }: Source,
  { environment = process.env, assignments = [] }: LoadOptions,
): SectionKey[] {
  const inFile = Object.keys((document?.value ?? {}) as object);
  const inEnvironment = Object.keys(environment).map((name) => /^OUTRIGGER_([A-Z]+)__/i.exec(name)?.[1]?.toLowerCase());
  const named = new Set<unknown>([...inFile, ...inEnvironment, ...assignments.map(({ path }) => path[0])]);
  return SECTION_KEYS.filter((key) => named.has(key));
}
