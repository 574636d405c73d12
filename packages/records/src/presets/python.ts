import type { PatternPreset } from "./preset.ts";

const level = "(?<level>DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL|FATAL)";
const time = "(?<time>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d+)?)";

/** Python's `logging`: its default, the format of its documentation, Flask's, and the plain `time level message`. */
export const python: PatternPreset = {
  kind: "pattern",
  source: `^(?:${level}:(?<logger>[^:]+):|${time} - (?<logger>\\S+) - ${level} - |\\[${time}\\] ${level} in (?<logger>[^:]+): |${time} \\[?${level}\\]?:? (?:(?<logger>[\\w.]+): )?)(?<message>.*)`,
};
