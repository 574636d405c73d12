import { readdirSync } from "node:fs";
import path from "node:path";
import { formatOf } from "@outrigger/formats/format";
import { Problem } from "@outrigger/formats/problem";
import type { Body, DirectoryPlan, OutputPlan, Plan } from "./plan.ts";
import { isDirectory } from "./sources/directory.ts";
import { unreadable } from "./sources/read.ts";
import type { SourceSpec } from "./sources/spec.ts";

/** Where files come from and go to when neither sources nor outputs are named (contract, section 8). */
const inputDirectory = "/config-in";
const outputDirectory = "/config-out";

/**
 * Every file of `/config-in` to the same name in `/config-out`, sub-directories included. Names that begin with `..`
 * are the volume's machinery. Throws a Problem (exit status 3) when there is no such directory.
 */
export function planDefaults(environment: readonly SourceSpec[]): Plan {
  const outputs: OutputPlan[] = [];
  const directories: DirectoryPlan[] = [];
  const visit = (inside: string) => {
    for (const name of list(path.join(inputDirectory, inside))) {
      if (name.startsWith("..")) continue;
      const file = path.join(inside, name);
      const source = path.join(inputDirectory, file);
      const target = path.join(outputDirectory, file);
      if (isDirectory(source)) {
        directories.push({ target: `${target}/` });
        visit(file);
      } else outputs.push({ target, body: bodyOf(source, environment) });
    }
  };
  visit("");
  return { outputs, directories, listed: inputDirectory };
}

function bodyOf(source: string, environment: readonly SourceSpec[]): Body {
  const format = formatOf(source);
  if (format === undefined) return { kind: "copy", source, optional: false };
  const sources: SourceSpec[] = [{ kind: "path", path: source }, ...environment];
  return { kind: "merge", format, sources, set: [], arrays: "replace", require: [] };
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    const { message } = unreadable(directory, directory, error);
    throw new Problem("source", `${message}; without sources, every file of ${inputDirectory} is merged`, {
      hint: `mount the files at ${inputDirectory}, name sources, or give a config section in the configuration file`,
      cause: error,
    });
  }
}
