import type { PatternPreset } from "./preset.ts";

/** The line with the figures in MySQL's and MariaDB's slow query log. Times are in seconds. */
export const mysqlSlow: PatternPreset = {
  kind: "pattern",
  source:
    "# Query_time: (?<duration>[\\d.]+) +Lock_time: (?<lock>[\\d.]+) +Rows_sent: (?<rows_sent>\\d+) +Rows_examined: (?<rows_examined>\\d+)",
};
