import path from "node:path";
import { formatOf } from "@outrigger/formats/format";
import { Problem } from "@outrigger/formats/problem";
import { UsageError } from "@outrigger/runtime/errors";
import type { Invocation } from "./arguments.ts";
import type { MergeConfig } from "./config.ts";
import { planDefaults } from "./defaults.ts";
import { type Body, type Plan, planConfigured, sourceFormat } from "./plan.ts";
import { isDirectory } from "./sources/directory.ts";
import type { SourceSpec } from "./sources/spec.ts";

type FileSource = SourceSpec & { kind: "path" };

/**
 * What a command line asks for: the output of its sources, else the outputs of the configuration, else every file of
 * the default directory. Usage is checked at once (exit status 2); what lies in directories is looked at per run.
 */
export function planInvocation(invocation: Invocation, config: MergeConfig | undefined): () => Plan {
  const environment = invocation.sources.filter(({ kind }) => kind === "environment");
  if (invocation.hasSources) {
    const plan = planSources(invocation);
    return () => plan;
  }
  if (config !== undefined && Object.keys(config).length > 0) {
    const plan = planConfigured(config, environment);
    return () => plan;
  }
  return () => planDefaults(environment);
}

/** One output of the sources on the command line. */
function planSources({ sources, assignments, output, modes, watch }: Invocation): Plan {
  const first = sources.find((source): source is FileSource => isFile(source));
  const target = outputPath(output, first);
  if (target === undefined && modes.has("check-output")) {
    throw new UsageError("--check-output needs an output to compare with: give -o FILE");
  }
  if (target === undefined && watch) throw new UsageError("--watch needs an output to write: give -o FILE");
  return { outputs: [{ target, body: bodyOf(sources, target, first, assignments.length) }], directories: [] };
}

function bodyOf(
  sources: readonly SourceSpec[],
  target: string | undefined,
  first: FileSource | undefined,
  assignments: number,
): Body {
  const format = (target === undefined ? undefined : formatOf(target)) ?? sourceFormat(sources);
  if (format !== undefined) return { kind: "merge", format, sources, set: [], arrays: "replace", require: [] };
  if (first !== undefined && sources.length === 1 && assignments === 0) {
    return { kind: "copy", source: first.path, optional: false };
  }
  throw new Problem("usage", "the format of the output cannot be told", {
    hint: "name a file source, or an output with -o, whose extension is known (.json, .yaml, …)",
  });
}

/** The file of `-o`; undefined for stdout. A directory takes the name of the first file source. */
function outputPath(output: string | undefined, first: FileSource | undefined): string | undefined {
  if (output === undefined || output === "-") return undefined;
  if (!output.endsWith("/") && !isDirectory(output)) return output;
  if (first !== undefined) return path.join(output, path.basename(first.path));
  throw new UsageError(`-o ${output} is a directory, and no file source gives the output a name; name the file`);
}

function isFile(source: SourceSpec): source is FileSource {
  return source.kind === "path" && !source.path.endsWith("/") && !isDirectory(source.path);
}
