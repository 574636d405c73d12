/** `metrics.logs.multiline`: how lines become records. */
import { type MultilineRule, multilinePresets } from "@outrigger/records/multiline";
import {
  duration,
  either,
  Invalid,
  integer,
  normalize,
  object,
  oneOf,
  optional,
  regex,
  withDefault,
} from "@outrigger/runtime/schema";

/** How lines are joined, and when a record in progress is complete although no other line came. */
export interface MultilineConfig {
  readonly rule: MultilineRule;
  /** Milliseconds. */
  readonly timeout: number;
  readonly maxLines: number;
}

const detailed = object("Lines are joined by one of preset, start and continue.", {
  preset: optional(oneOf("What records look like.", multilinePresets)),
  start: optional(regex("Lines that match begin a record.")),
  continue: optional(regex("Lines that match belong to the record before.")),
  timeout: withDefault(duration("A record is complete after this time without another line.", { min: "10ms" }), "2s"),
  maxLines: withDefault(integer("Most lines of a record.", { min: 1 }), 500),
});

const defaults = { timeout: 2000, maxLines: 500 };

/** Undefined: every line is a record. */
export const multilineSchema = normalize(
  either("How lines become records.", [
    oneOf("Every line is a record, or by a preset with its defaults.", ["none", ...multilinePresets]),
    detailed,
  ]),
  (value): MultilineConfig | undefined => {
    if (value === "none") return undefined;
    if (typeof value === "string") return { rule: { preset: value }, ...defaults };
    const { timeout, maxLines } = value;
    const rules: MultilineRule[] = [];
    if (value.preset !== undefined) rules.push({ preset: value.preset });
    if (value.start !== undefined) rules.push({ start: value.start });
    if (value.continue !== undefined) rules.push({ continue: value.continue });
    const [rule] = rules;
    if (rule === undefined || rules.length > 1) throw new Invalid("needs exactly one of preset, start, continue");
    return { rule, timeout, maxLines };
  },
);
