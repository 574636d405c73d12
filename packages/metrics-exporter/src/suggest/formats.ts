/** Rules for logs that are wholly of a known format: JSON records, access logs. */
import { fieldsOfPreset } from "../rules/preset-fields.ts";
import { SharedPatterns } from "../rules/shared-pattern.ts";
import type { Proposal } from "./propose.ts";

const levelKeys = ["level", "severity", "lvl", "loglevel", "@l", "s"];

/** Rules for JSON records: levels, and the numbers that are durations or sizes. */
export function proposeForJson(lines: readonly string[]): Proposal | undefined {
  const records = lines.map(parseObject).filter((record) => record !== undefined);
  if (records.length < lines.length * 0.8) return undefined;
  const proposal: Proposal = new Map();
  const level = levelKeys.find(
    (key) => records.filter((record) => Object.hasOwn(record, key)).length > records.length / 2,
  );
  proposal.set("log_records_total", { json: {}, ...(level && { labels: { level: pathOf(level) } }) });
  const numeric = new Set(
    records.flatMap((record) => Object.keys(record).filter((key) => typeof record[key] === "number")),
  );
  for (const key of numeric) {
    const [, stem = "", unit] =
      /^(?:(.*)_)?(ms|millis|milliseconds|seconds|duration|elapsed|bytes|size)$/.exec(snake(key)) ?? [];
    if (unit === undefined) continue;
    const value = pathOf(key);
    if (/bytes|size/.test(unit)) proposal.set(`${stem === "" ? "record" : stem}_bytes`, { json: {}, value });
    else proposal.set(durationName(stem), { json: {}, value, unit: unit === "seconds" ? "s" : "ms" });
  }
  return proposal;
}

/** Rules for access logs. */
export function proposeForAccess(lines: readonly string[]): Proposal | undefined {
  const matcher = fieldsOfPreset("nginx", new SharedPatterns())?.matcher();
  const matching = lines.filter((line) => {
    matcher?.begin?.();
    return matcher?.match(line, 0, line.length, []);
  }).length;
  if (matching < lines.length / 2) return undefined;
  return new Map([
    ["http_requests_total", { preset: "nginx", labels: ["method", "status"] }],
    ["http_response_size_bytes", { preset: "nginx", value: "bytes" }],
  ]);
}

/** A counter of lines by level, with the levels that were seen. */
export function proposeForLevels(lines: readonly string[]): Proposal {
  const word =
    /(?:^|[\s[|"=])(TRACE|TRC|DEBUG|DBG|INFO|INF|NOTICE|WARN|WRN|WARNING|ERROR|ERR|FATAL|FTL|CRITICAL)(?:[\s\]|":]|$)/i;
  const levels = new Map<string, number>();
  for (const line of lines) {
    const level = word.exec(line.slice(0, 200))?.[1];
    if (level !== undefined) levels.set(level, (levels.get(level) ?? 0) + 1);
  }
  const total = [...levels.values()].reduce((sum, count) => sum + count, 0);
  // A message with a level may be followed by a few lines of a trace.
  if (total < lines.length / 4) return new Map();
  const names = [...levels.keys()].sort((a, b) => b.length - a.length).join("|");
  return new Map([["log_lines_total", { regex: `(?:^|[\\s[|"=])(?<level>${names})(?:[\\s\\]|":]|$)` }]]);
}

/** `request_duration` and `request` are both measured as `request_duration_seconds`. */
function durationName(stem: string): string {
  const what = stem.replace(/(?:^|_)(?:duration|elapsed)$/, "");
  return what === "" ? "duration_seconds" : `${what}_duration_seconds`;
}

/** The path of a record's key. */
function pathOf(key: string): string {
  return /^\w+$/.test(key) ? `$.${key}` : `$['${key}']`;
}

function parseObject(line: string): Record<string, unknown> | undefined {
  if (!line.trimStart().startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function snake(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/\W+/g, "_")
    .replace(/_+$/, "")
    .toLowerCase();
}
