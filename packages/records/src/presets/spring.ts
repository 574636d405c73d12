import type { PatternPreset } from "./preset.ts";

/** Spring Boot's console and file format, versions 1 to 3. */
export const spring: PatternPreset = {
  kind: "pattern",
  source:
    "^(?<time>\\d{4}-\\d\\d-\\d\\d[T ]\\S+)\\s+(?<level>[A-Z]+)\\s+(?:(?<pid>\\d+) )?--- (?:\\[(?<application>[^\\]]*)\\] )?\\[\\s*(?<thread>[^\\]]*)\\] (?:\\[[^\\]]*\\] )?(?<logger>\\S+)\\s*: (?<message>.*)",
};
