/** `metrics.statsd`: where StatsD is received, and how its names are mapped. */

import { PatternError } from "@outrigger/runtime/pattern";
import {
  Invalid,
  integer,
  list,
  map,
  normalize,
  object,
  oneOf,
  optional,
  refine,
  text,
  withDefault,
} from "@outrigger/runtime/schema";
import { compileMatch } from "../sources/statsd/mapping.ts";

const labelKey = {
  key: /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/,
  keyExpected: "must be a label name: letters, digits and underscores, not beginning with __",
};

const mapping = refine(
  object("What becomes of the names that match; the first mapping that matches wins.", {
    match: text("A glob in which * is one part between dots, or a regular expression.", { nonEmpty: true }),
    matchType: withDefault(oneOf("How match is read.", ["glob", "regex"]), "glob"),
    name: optional(text("The metric's name, with $1 for what the first star or group matched.", { nonEmpty: true })),
    labels: optional(map("Labels, with $1 in their values.", text("The label's value."), labelKey)),
    action: withDefault(oneOf("drop leaves out what matches.", ["map", "drop"]), "map"),
  }),
  (value) => {
    try {
      compileMatch(value);
      return undefined;
    } catch (error) {
      if (error instanceof PatternError) return [[["match"], error.message]];
      throw error;
    }
  },
);

const host = normalize(
  text("The address to listen on; 127.0.0.1 by default, because nobody else is asked for a password."),
  (value) => {
    if (!/^(?:[0-9.]+|[0-9a-fA-F:]+|localhost)$/.test(value))
      throw new Invalid("must be an IP address, such as 0.0.0.0");
    return value;
  },
);

export const statsdSchema = object("Receives StatsD by UDP and TCP.", {
  port: withDefault(integer("The port, for both.", { min: 1, max: 65_535 }), 9125),
  listen: withDefault(host, "127.0.0.1"),
  mappings: withDefault(list("Mappings of dotted names.", mapping), []),
});
