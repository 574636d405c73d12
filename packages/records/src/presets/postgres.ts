import type { PatternPreset } from "./preset.ts";

/** PostgreSQL's stderr log with the default prefix, or Debian's, which adds user and database. */
export const postgres: PatternPreset = {
  kind: "pattern",
  source:
    "^(?<time>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)? [\\w+:/-]+) \\[(?<pid>\\d+)\\] (?:(?<user>[^@\\s]*)@(?<database>\\S*) )?(?<level>[A-Z]+\\d?): +(?:duration: (?<duration>[\\d.]+ ms)(?: +(?<message>.*))?|(?<message>.*))",
};
