import type { PatternPreset } from "./preset.ts";

/** Postfix' deliveries, and its other messages. */
export const postfix: PatternPreset = {
  kind: "pattern",
  source:
    "^(?:<\\d+>)?(?<time>\\S+(?: +\\d+ \\d\\d:\\d\\d:\\d\\d)?) (?<host>\\S+) (?<program>postfix[\\w/-]*)\\[(?<pid>\\d+)\\]: (?:(?<queue>[0-9A-Za-z]+): to=<(?<to>[^>]*)>, .*?relay=(?<relay>[^,]*), .*?delay=(?<delay>[\\d.]+), .*?dsn=(?<dsn>[\\d.]+), status=(?<status>\\w+)|(?<message>.*))",
};
