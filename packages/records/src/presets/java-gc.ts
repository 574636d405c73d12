import type { PatternPreset } from "./preset.ts";

/** Pauses in the unified garbage collection log of the JVM (`-Xlog:gc`). */
export const javaGc: PatternPreset = {
  kind: "pattern",
  source:
    "^(?:\\[(?<time>[^\\]]+)\\])?(?:\\[[^\\]]*\\])*\\[(?<level>[a-z]+) *\\]\\[gc[^\\]]*\\] (?:GC\\((?<id>\\d+)\\) )?(?<kind>Pause [A-Z][A-Za-z]*|Concurrent [A-Z][A-Za-z ]*?)(?: \\((?<mode>Normal|Concurrent Start|Mixed|Prepare Mixed)\\))?(?: \\((?<cause>[^()]*(?:\\(\\))?)\\))? (?:(?<before>\\d+[KMG])->(?<after>\\d+[KMG])\\((?<total>\\d+[KMG])\\) )?(?<duration>[\\d.]+ms)",
};
