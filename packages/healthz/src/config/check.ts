import {
  duration,
  either,
  flag,
  type Infer,
  integer,
  list,
  normalize,
  object,
  optional,
  refine,
  regex,
  size,
  text,
  withDefault,
} from "@outrigger/runtime/schema";
import type { CheckSpec, CheckType } from "../checks/registry.ts";
import type { CheckDefinition } from "../definition.ts";
import { http } from "./http.ts";
import { parseHostPort, parseTarget, TARGET_EXPECTED } from "./targets.ts";

/** A check without its name. */
export type UnnamedCheck = Omit<CheckDefinition, "name">;

const schedule = {
  interval: withDefault(duration("How often it runs.", { min: "10ms", max: "24h" }), "10s"),
  timeout: withDefault(duration("The most that a run may take in all.", { min: "10ms", max: "24h" }), "1s"),
  fall: withDefault(integer("Failures in a row until it counts as failed.", { min: 1 }), 3),
  rise: withDefault(integer("Successes in a row until it counts as healthy.", { min: 1 }), 1),
  startPeriod: withDefault(
    duration("Failures before the first success and within this time do not count.", { max: "24h" }),
    "0s",
  ),
  live: withDefault(flag("It also decides `/livez`."), false),
  critical: withDefault(flag("false: a failure is shown as WARN and fails no aggregate endpoint."), true),
};

const types = {
  http: optional(http),
  tcp: optional(normalize(text("Connect to `HOST:PORT`.", { expected: "HOST:PORT" }), (value) => parseHostPort(value))),
  file: optional(text("A file that must exist.", { nonEmpty: true })),
  process: optional(regex("A process whose command line matches must run.")),
  exec: optional(
    list("A command that must exit with 0; no shell is used.", text("The program, or an argument."), { min: 1 }),
  ),
};

/** Keys that stand beside a type and belong to it alone. */
const options = {
  maxAge: optional(duration("`file`: the longest time since it last changed.")),
  minSize: optional(size("`file`: the smallest size.")),
  contains: optional(regex("`file`: must match in its last mebibyte.")),
  min: optional(integer("`process`: the fewest that must run (default 1).", { min: 0 })),
  max: optional(integer("`process`: the most that may run.", { min: 0 })),
};

const TYPES = Object.keys(types) as CheckType[];

const OPTIONS_OF: Readonly<Record<CheckType, readonly (keyof typeof options)[]>> = {
  http: [],
  tcp: [],
  file: ["maxAge", "minSize", "contains"],
  process: ["min", "max"],
  exec: [],
};

const mapping = refine(object("A check in full.", { ...types, ...options, ...schedule }), (value) => {
  const [type, ...others] = TYPES.filter((key) => value[key] !== undefined);
  if (type === undefined) return `does not say what to check; add one of ${TYPES.join(", ")}`;
  if (others.length > 0) {
    return `has two types (${[type, ...others].join(" and ")}); make two checks of them`;
  }
  const allowed: readonly string[] = OPTIONS_OF[type];
  const stray = Object.keys(options).filter(
    (key) => value[key as keyof typeof options] !== undefined && !allowed.includes(key),
  );
  if (stray.length > 0)
    return stray.map((key): [string[], string] => [[key], `does not belong to a check of type ${type}; remove it`]);
  if (value.max !== undefined && value.max < (value.min ?? 1))
    return [[["max"], `must not be less than min (${value.min ?? 1})`]];
  return undefined;
});

type Mapping = Infer<typeof mapping>;

const short = normalize(text("Short for one URL.", { expected: TARGET_EXPECTED }), (value): UnnamedCheck => {
  const spec = parseTarget(value);
  return { ...SHORT_DEFAULTS, spec };
});

const SHORT_DEFAULTS = {
  interval: 10_000,
  timeout: 1000,
  fall: 3,
  rise: 1,
  startPeriod: 0,
  live: false,
  critical: true,
};

/** One check: a URL, or a mapping with exactly one type. */
export const check = either("A check: a URL, or a mapping with exactly one type.", [
  short,
  normalize(mapping, (value): UnnamedCheck => {
    const { interval, timeout, fall, rise, startPeriod, live, critical } = value;
    return { interval, timeout, fall, rise, startPeriod, live, critical, spec: specOf(value) };
  }),
]);

function specOf({ http, tcp, file, process, exec, maxAge, minSize, contains, min, max }: Mapping): CheckSpec {
  if (http !== undefined) return http;
  if (tcp !== undefined) return { type: "tcp", ...tcp };
  if (file !== undefined) return { type: "file", path: file, maxAge, minSize, contains };
  if (process !== undefined) return { type: "process", pattern: process, min: min ?? 1, max };
  return { type: "exec", command: exec as [string, ...string[]] };
}
