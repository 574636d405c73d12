import { encodingOf } from "@outrigger/records/encoding";
import { type LevelName, levels } from "@outrigger/records/level";
import type { LongLine } from "@outrigger/records/long-line";
import { type MultilinePreset, type MultilineRule, multilinePresets } from "@outrigger/records/multiline";
import { type ParseRule, parsePresets, parserOf } from "@outrigger/records/parse";
import { type RedactionPreset, redactionPresetNames } from "@outrigger/records/redact-presets";
import { rendererOf } from "@outrigger/records/render";
import { TimeReader } from "@outrigger/records/time";
import { zoneOf } from "@outrigger/records/zone";
import { nearest } from "@outrigger/runtime/nearest";
import { compilePattern, PatternError } from "@outrigger/runtime/pattern";
import {
  duration,
  either,
  type Infer,
  Invalid,
  integer,
  list,
  normalize,
  object,
  oneOf,
  optional,
  regex,
  size,
  text,
  withDefault,
} from "@outrigger/runtime/schema";

/** What a library refuses while the configuration is read is a problem at that place. */
function checked<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof Invalid ? error : new Invalid((error as Error).message);
  }
}

function countOf(...alternatives: readonly unknown[]): number {
  return alternatives.filter((alternative) => alternative !== undefined).length;
}

const encoding = normalize(text("Encoding of the files, a WHATWG label; a byte order mark wins."), (label) =>
  checked(() => encodingOf(label) && label),
);

const multilineRule = object("How lines become records, and when a record ends.", {
  preset: optional(oneOf("The traces of a language, or auto.", multilinePresets)),
  start: optional(regex("First lines of records match this.")),
  continue: optional(regex("Lines that match this belong to the one before.")),
  timeout: withDefault(duration("A record ends after this long without a new line.", { min: "1ms", max: "1h" }), "1s"),
  maxLines: withDefault(integer("Lines of one record at most.", { min: 1, max: 1_000_000 }), 1000),
});

const multiline = normalize(
  either("Lines that belong together as one record.", [
    oneOf("By a preset, with its defaults.", ["none", ...multilinePresets]),
    multilineRule,
  ]),
  (value): Multiline | undefined => {
    if (value === "none") return undefined;
    if (typeof value === "string") return { rule: { preset: value }, timeout: 1000, maxLines: 1000 };
    const { preset, start, continue: next, timeout, maxLines } = value;
    if (countOf(preset, start, next) !== 1) throw new Invalid("takes exactly one of preset, start and continue");
    return { rule: ruleOf(preset, start, next), timeout, maxLines };
  },
);

function ruleOf(
  preset: MultilinePreset | undefined,
  start: RegExp | undefined,
  next: RegExp | undefined,
): MultilineRule {
  if (preset !== undefined) return { preset };
  return start !== undefined ? { start } : { continue: next! };
}

const parse = normalize(
  either("How records are taken apart.", [
    oneOf("By a format.", ["none", ...parsePresets]),
    object("By a template or a regular expression.", {
      template: optional(text("Literal text and {name}; time, level and message are special.")),
      regex: optional(regex("Named groups are fields; time, level and message are special.")),
    }),
  ]),
  (value): ParseRule | undefined => {
    if (value === "none") return undefined;
    if (typeof value === "string") return value;
    if (countOf(value.template, value.regex) !== 1) throw new Invalid("takes exactly one of template and regex");
    if (value.regex !== undefined) return { regex: value.regex };
    const rule = { template: value.template! };
    checked(() => parserOf(rule, new TimeReader()));
    return rule;
  },
);

const zone = normalize(text("IANA zone of times that name no offset."), (name) => {
  try {
    zoneOf(name);
    return name;
  } catch (error) {
    const near = nearest(name, Intl.supportedValuesOf("timeZone"));
    throw new Invalid(`${(error as Error).message}${near === undefined ? "" : `; the nearest is ${near}`}`);
  }
});

const timeFormat = normalize(text("auto, pattern letters such as dd/MM/yyyy HH:mm:ss, or as for strftime."), (format) =>
  checked(() => new TimeReader({ formats: [format] }) && format),
);

const time = object("How times are read; they are written as RFC 3339 in UTC.", {
  zone: withDefault(zone, "UTC"),
  formats: withDefault(list("Formats, tried in order.", timeFormat, { min: 1 }), ["auto"]),
});

const output = normalize(
  either("What is written.", [
    oneOf("Bytes as they are, each line after [name], or each record in a format.", [
      "raw",
      "prefix",
      "json",
      "logfmt",
    ]),
    object("A line of its own layout.", {
      template: text("Literal text, {time}, {level}, {message}, {source}, {file} and fields."),
    }),
  ]),
  (value) => {
    if (typeof value === "object") checked(() => rendererOf(value, { source: "", file: "" }));
    return value;
  },
);

const stream = either("Where it is written to.", [
  oneOf("All of it.", ["stdout", "stderr"]),
  object("By level: the rest goes to stdout.", {
    stderr: list("Levels of records that go to stderr.", oneOf("A level.", levels), { min: 1 }),
  }),
]);

const redact = list(
  "Secrets to take out.",
  normalize(
    text(`A preset (${redactionPresetNames.join(", ")}) or a regular expression.`, { nonEmpty: true }),
    secretOf,
  ),
);

/** A word that is nearly a preset is a misspelt one, not a pattern. */
function secretOf(value: string): RedactionPreset | RegExp {
  const preset = redactionPresetNames.find((name) => name === value);
  if (preset !== undefined) return preset;
  const near = /^[a-z-]+$/.test(value) ? nearest(value, redactionPresetNames) : undefined;
  if (near !== undefined) throw new Invalid(`there is no preset "${value}": did you mean ${near}?`);
  try {
    return compilePattern(value);
  } catch (error) {
    if (error instanceof PatternError) throw new Invalid(error.message);
    throw error;
  }
}

const maxLine = size("Longest line where lines are parsed or rendered.", { min: 16, max: 256 * 1024 * 1024 });

const onLongLine = oneOf("What becomes of longer ones.", ["truncate", "split", "drop"]);

/** The keys of a source that are about its lines and records. */
export const recordKeys = {
  encoding: optional(encoding),
  multiline: optional(multiline),
  parse: optional(parse),
  time: optional(time),
  output: optional(output),
  stream: optional(stream),
  redact: optional(redact),
  maxLine: optional(maxLine),
  onLongLine: optional(onLongLine),
};

/** The same for all sources that do not say otherwise. */
export const sharedRecordKeys = {
  encoding: withDefault(encoding, "utf-8"),
  multiline: withDefault(multiline, "none"),
  parse: withDefault(parse, "none"),
  time: withDefault(time, {}),
  output: withDefault(output, "raw"),
  stream: withDefault(stream, "stdout"),
  redact: withDefault(redact, []),
  maxLine: withDefault(maxLine, "1MiB"),
  onLongLine: withDefault(onLongLine, "truncate"),
};

export interface Multiline {
  readonly rule: MultilineRule;
  /** Milliseconds. */
  readonly timeout: number;
  readonly maxLines: number;
}

/** What happens to the lines of a source. */
export interface RecordSettings {
  readonly encoding: string;
  readonly multiline: Multiline | undefined;
  readonly parse: ParseRule | undefined;
  readonly time: { readonly zone: string; readonly formats: readonly string[] };
  readonly output: "raw" | "prefix" | "json" | "logfmt" | { readonly template: string };
  readonly stream: "stdout" | "stderr" | { readonly stderr: readonly LevelName[] };
  readonly redact: readonly (RedactionPreset | RegExp)[];
  /** Bytes. */
  readonly maxLine: number;
  readonly onLongLine: LongLine;
}

type RecordInput = { readonly [K in keyof typeof recordKeys]?: Infer<(typeof recordKeys)[K]> };

/** A source's own settings, else those of all sources. */
export function recordSettings(source: RecordInput, shared: RecordSettings): RecordSettings {
  return {
    encoding: source.encoding ?? shared.encoding,
    // `none` is a setting too: it is there and undefined.
    multiline: "multiline" in source ? source.multiline : shared.multiline,
    parse: "parse" in source ? source.parse : shared.parse,
    time: source.time ?? shared.time,
    output: source.output ?? shared.output,
    stream: source.stream ?? shared.stream,
    redact: source.redact ?? shared.redact,
    maxLine: source.maxLine ?? shared.maxLine,
    onLongLine: source.onLongLine ?? shared.onLongLine,
  };
}
