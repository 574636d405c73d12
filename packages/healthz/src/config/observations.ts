import {
  duration,
  either,
  Invalid,
  integer,
  list,
  normalize,
  number,
  object,
  optional,
  refine,
  regex,
  size,
  text,
  withDefault,
} from "@outrigger/runtime/schema";
import type { DiskSpec } from "../checks/disk.ts";
import type { LogSpec } from "../checks/log.ts";
import type { MetricSpec } from "../checks/metric.ts";
import { parseHttpUrl } from "./targets.ts";

const path = text("A path or a glob.", { nonEmpty: true });

/** The value of `log:` in a check. */
export const log = normalize(
  object("How many lines of log files may match.", {
    files: normalize(either("The files.", [path, list("Paths and globs.", path, { min: 1 })]), (value) =>
      [value].flat(),
    ),
    match: regex("The lines that count."),
    max: withDefault(integer("The most that may match.", { min: 0, max: 100_000 }), 0),
    within: withDefault(duration("The time over which they are counted.", { min: "10ms", max: "24h" }), "1m"),
  }),
  (value): LogSpec => ({ type: "log", ...value }),
);

/** The value of `metric:` in a check. */
export const metric = normalize(
  refine(
    object("A metric that must lie within bounds.", {
      url: normalize(
        text("Where it is exposed, in Prometheus' text format.", { expected: "an http:// or https:// URL" }),
        parseHttpUrl,
      ),
      name: text("The exact name of the series.", {
        pattern: /^[a-zA-Z_:][a-zA-Z0-9_:]*$/,
        expected: "a metric's name",
      }),
      min: optional(number("The smallest good value.")),
      max: optional(number("The largest good value.")),
    }),
    ({ min, max }) => {
      if (min === undefined || max === undefined || min <= max) return undefined;
      return [[["max"], `must not be less than min (${min})`]];
    },
  ),
  (value): MetricSpec => ({ type: "metric", ...value }),
);

/** The value of `minFree:` beside `disk:`. */
export const minFree = normalize(
  either("`disk`: the least that must be free for unprivileged users.", [
    text("A share of the file system.", {
      pattern: /^\d+(\.\d+)?%$/,
      expected: 'a size such as 100MiB, or a share such as "10%"',
    }),
    size("A size."),
  ]),
  (value): DiskSpec["minFree"] => {
    if (typeof value === "number") return { bytes: value };
    const percent = Number(value.slice(0, -1));
    if (percent > 100) throw new Invalid("must be at most 100%");
    return { percent };
  },
);
