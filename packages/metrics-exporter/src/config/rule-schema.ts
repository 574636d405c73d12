/** What a log rule looks like in the configuration. Which keys fit together is checked where rules are compiled. */
import {
  duration,
  either,
  flag,
  integer,
  list,
  map,
  number,
  object,
  oneOf,
  optional,
  text,
} from "@outrigger/runtime/schema";
import { unitNames } from "../rules/value.ts";

const scalar = (description: string) =>
  either(description, [text("Text."), number("A number."), flag("true or false.")]);

const condition = either("What the field must be.", [
  text('Equal as text, or a comparison such as ">= 500" (>= <= > < !=).'),
  number("Equal."),
  flag("Equal."),
  list("Any of these.", scalar("One of them.")),
]);

const labels = either("Labels of the series; all captures when it is left out.", [
  list("Captures or fields that become labels.", text("A capture or a field.")),
  map("Labels by name: text, with {capture:filter}, {_file} or {_path} in it.", scalar("The label's value.")),
]);

const template = text("A template: literal text with {captures}; {value} is the observed value.", { nonEmpty: true });

const mapping = object("A rule with everything that may be said about it.", {
  match: optional(template),
  regex: optional(
    text("A JavaScript regular expression; named groups become labels, `value` the observed value.", {
      expected: "a regular expression",
    }),
  ),
  unsafe: optional(flag("Takes look-around and back references, and gives up on lines that take longer than 100 ms.")),
  json: optional(map("Records that are JSON objects and whose fields, by dotted path, are like this.", condition)),
  preset: optional(text("Records of a well-known format, such as nginx or logfmt.")),
  type: optional(
    oneOf("The metric's type; the name's suffix decides when it is left out.", ["counter", "gauge", "histogram"]),
  ),
  help: optional(text("The metric's help text.")),
  labels: optional(labels),
  value: optional(text("The capture or field that holds the value.", { nonEmpty: true })),
  unit: optional(oneOf("The unit of the value, which is converted to seconds or bytes.", unitNames)),
  buckets: optional(list("Upper bounds of a histogram's buckets, inclusive, rising.", number("A bound."))),
  when: optional(map("Only records whose fields are like this count.", condition)),
  ttl: optional(duration("Removes a series after this time without an event.", { min: "1ms" })),
  limit: optional(integer("Most series of this metric.", { min: 1 })),
  init: optional(list("Label sets that exist at 0 from the start.", map("Labels by name.", scalar("The value.")))),
  map: optional(map("Numbers for texts that are none, such as { UP: 1, DOWN: 0 }.", number("The number."))),
});

/** One rule: a template, or a mapping. */
const ruleSchema = either("What makes a metric out of log lines.", [template, mapping]);

/** All rules by metric name. */
export const rulesSchema = map("Metrics by name, each with what makes it.", ruleSchema);
