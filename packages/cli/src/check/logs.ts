import { matchesGlob, resolve } from "node:path";
import type { Path } from "@outrigger/runtime/problem";
import type { Report } from "./finding.ts";

interface Source {
  files?: string | string[];
  exclude?: string | string[];
}

/** Refuses a source that can never read anything. `input` is the valid section as written. */
export function checkLogs(input: unknown, report: Report): void {
  const { sources, ...defaults } = input as Source & { sources?: Source[] };
  const entries: [Path, Source][] = sources
    ? sources.map((source, index) => [["logs", "sources", index], { ...defaults, ...source }])
    : [[["logs"], defaults]];
  for (const [path, { files, exclude }] of entries) {
    const patterns = list(files);
    if (patterns.length > 0 && patterns.every((pattern) => excluded(pattern, list(exclude)))) {
      report.error([...path, "exclude"], "excludes every file of `files`, so nothing is ever read; narrow it");
    }
  }
}

const list = (value: string | string[] | undefined) => (typeof value === "string" ? [value] : (value ?? []));

// Names that no pattern was written for: what excludes both excludes whatever a wildcard stands for.
const samples = ["q", "zq-7.x~k"];

function excluded(pattern: string, exclude: readonly string[]): boolean {
  return samples.every((sample) => {
    const path = resolve(
      pattern
        .replaceAll("**", `${sample}/${sample}`)
        .replaceAll(/[*?]/g, sample)
        .replaceAll(/\[[^\]]*\]/g, sample),
    );
    // Exclusions are matched against whole paths: `**/*.gz` means anywhere.
    return exclude.some((candidate) => matchesGlob(path, resolve(candidate.startsWith("**") ? "/" : ".", candidate)));
  });
}
