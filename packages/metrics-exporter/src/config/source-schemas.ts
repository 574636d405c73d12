/** What else than log lines is read: one schema for each kind of source. */
import {
  duration,
  either,
  flag,
  list,
  map,
  normalize,
  number,
  object,
  oneOf,
  optional,
  refine,
  regex,
  text,
  withDefault,
} from "@outrigger/runtime/schema";
import { jsonMetrics } from "../sources/json.ts";
import { type JsonMetricConfig, JsonMetricError } from "../sources/json-metric.ts";
import { constantLabels, networkKeys, urlText } from "./network-schema.ts";

const metricName = {
  key: /^(?!outrigger_)[a-zA-Z_:][a-zA-Z0-9_:]*$/,
  keyExpected: "must be a metric name: letters, digits, underscores and colons, not beginning with outrigger_",
};

const scalar = (description: string) =>
  either(description, [text("Text."), number("A number."), flag("true or false.")]);

const jsonMetric = either("A JSONPath, or a mapping.", [
  text("The path of the value.", { nonEmpty: true }),
  object("One of path and each.", {
    path: optional(text("The path of the value.", { nonEmpty: true })),
    each: optional(text("The path of the elements; in value and labels $ is the element.", { nonEmpty: true })),
    value: optional(scalar("The path of the value in an element, or a constant.")),
    labels: optional(
      map("Labels: text with {$.path} in it.", scalar("The label's value."), {
        key: /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/,
        keyExpected: "must be a label name: letters, digits and underscores, not beginning with __",
      }),
    ),
    map: optional(map("Numbers for texts that are none.", number("The number."))),
    default: optional(number("The value where there is none.")),
    type: optional(oneOf("The metric's type; the name's suffix decides when it is left out.", ["counter", "gauge"])),
    help: optional(text("The metric's help text.")),
  }),
]);

const jsonMetricsSchema = refine(
  map("Metrics by name, each with where its values are.", jsonMetric, metricName),
  (metrics) => {
    const problems: [(string | number)[], string][] = [];
    for (const [name, metric] of Object.entries(metrics)) {
      try {
        jsonMetrics({ [name]: metric as string | JsonMetricConfig });
      } catch (error) {
        if (!(error instanceof JsonMetricError)) throw error;
        problems.push([[name, ...error.path], error.message]);
      }
    }
    return problems;
  },
);

export const jsonSchema = list(
  "Pages that answer with JSON.",
  object("A page.", { url: urlText("Where it is."), metrics: jsonMetricsSchema, ...networkKeys }),
);

export const scrapeSchema = list(
  "Other metrics endpoints, merged into this one.",
  normalize(
    either("A URL, or a mapping.", [
      urlText("Where it is."),
      object("An endpoint.", { url: urlText("Where it is."), ...networkKeys }),
    ]),
    (value) => (typeof value === "string" ? { url: value } : value),
  ),
);

export const textfilesSchema = list(
  "Files that somebody else writes metrics into.",
  normalize(
    either("A path or glob, or a mapping.", [
      text("A path or glob.", { nonEmpty: true }),
      object("Files.", {
        files: either("Paths or globs.", [
          list("Paths or globs.", text("A path or glob.", { nonEmpty: true }), { min: 1 }),
          text("A path or glob.", { nonEmpty: true }),
        ]),
        maxAge: optional(duration("Leaves out files that were not written for longer.", { min: "1ms" })),
      }),
    ]),
    (value) => {
      if (typeof value === "string") return { files: [value] };
      return { ...value, files: typeof value.files === "string" ? [value.files] : value.files };
    },
  ),
);

export const processesSchema = list(
  "Groups of processes, seen through a shared PID namespace; the first that matches wins.",
  object("A group.", {
    name: text("The label groupname.", { nonEmpty: true }),
    match: regex("What the command line looks like."),
  }),
);

export const execSchema = list(
  "Commands that print metrics.",
  object("A command, run in the background.", {
    command: list("The program and its arguments; there is no shell.", text("A word."), { min: 1 }),
    format: withDefault(
      oneOf("What it prints: 0.0.4, or OpenMetrics when it ends with # EOF.", ["prometheus"]),
      "prometheus",
    ),
    name: networkKeys.name,
    interval: withDefault(duration("The time between two starts.", { min: "10ms" }), "30s"),
    timeout: withDefault(duration("A run that takes longer is ended.", { min: "10ms" }), "10s"),
    labels: optional(constantLabels),
  }),
);

const probeUrl = urlText("What is asked.", ["http", "https", "tcp"]);
const probeInterval = duration("The time between two probes.", { min: "10ms" });

export const probesSchema = map(
  "Addresses that are asked whether they answer, by name.",
  normalize(
    either("A URL, or a mapping.", [
      probeUrl,
      object("An address.", { url: probeUrl, interval: withDefault(probeInterval, "10s"), ...networkKeys }),
    ]),
    (value) => (typeof value === "string" ? { url: value, interval: 10_000 } : value),
  ),
);
