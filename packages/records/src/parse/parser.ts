import type { Parse } from "../record.ts";
import type { TimeReader } from "../time/reader.ts";
import { apacheParser, nginxParser } from "./access.ts";
import { autoParser } from "./auto.ts";
import { criParser } from "./cri.ts";
import { jsonParser } from "./json.ts";
import { log4jParser } from "./log4j.ts";
import { logfmtParser } from "./logfmt.ts";
import { patternParser } from "./pattern.ts";
import { serilogParser } from "./serilog.ts";
import { syslogParser } from "./syslog.ts";
import { templateParser } from "./template.ts";

const presets = {
  auto: autoParser,
  json: jsonParser,
  logfmt: logfmtParser,
  serilog: serilogParser,
  log4j: log4jParser,
  nginx: nginxParser,
  apache: apacheParser,
  syslog: syslogParser,
  cri: criParser,
} satisfies Record<string, (time: TimeReader) => Parse>;

export type ParsePreset = keyof typeof presets;

/** The names that `parse` takes beside `none`. */
export const parsePresets = Object.keys(presets) as readonly ParsePreset[];

/** How records are parsed: by a preset, by a template, or by a pattern (compiled by `compilePattern`). */
export type ParseRule = ParsePreset | { readonly template: string } | { readonly regex: RegExp };

/**
 * The parser of a rule. It may keep what it learned about the last lines, so every file should have its own.
 *
 * @throws UsageError for a template that cannot be used.
 */
export function parserOf(rule: ParseRule, time: TimeReader): Parse {
  if (typeof rule === "string") return presets[rule](time);
  return "template" in rule ? templateParser(rule.template, time) : patternParser(rule.regex, time);
}
