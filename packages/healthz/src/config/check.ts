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
  short,
  size,
  text,
  withDefault,
} from "@outrigger/runtime/schema";
import type { CheckSpec, CheckType } from "../checks/registry.ts";
import type { CheckDefinition } from "../definition.ts";
import { http } from "./http.ts";
import { log, metric, minFree } from "./observations.ts";
import { postgres, redis } from "./stores.ts";
import { parseHostPort, parseName, parseTarget, TARGET_EXPECTED, targetInFull } from "./targets.ts";

/** A check without its name. */
type UnnamedCheck = Omit<CheckDefinition, "name">;

/** A window over a log counts by itself: its verdict changes as soon as lines arrive or leave. */
const fallOf = ({ log }: { readonly log?: unknown }) => (log === undefined ? 3 : 1);

const LEAST_PROCESSES = 1;

const schedule = {
  interval: withDefault(duration("How often it runs.", { min: "10ms", max: "24h" }), "10s"),
  timeout: withDefault(duration("The most that a run may take in all.", { min: "10ms", max: "24h" }), "1s"),
  fall: optional(
    integer("Failures in a row until it counts as failed (default 3; 1 for `log`, which counts by itself).", {
      min: 1,
    }),
    fallOf,
  ),
  rise: withDefault(integer("Successes in a row until it counts as healthy.", { min: 1 }), 1),
  startPeriod: withDefault(
    duration("Failures before the first success and within this time do not count.", { max: "24h" }),
    "0s",
  ),
  live: withDefault(flag("It also decides `/livez`."), false),
  critical: withDefault(flag("false: a failure is shown as WARN and fails no aggregate endpoint."), true),
};

const hostPort = (description: string) =>
  normalize(text(description, { expected: "HOST:PORT" }), (value) => parseHostPort(value));

const types = {
  http: optional(http),
  tcp: optional(hostPort("Connect to `HOST:PORT`.")),
  grpc: optional(hostPort("Ask `grpc.health.v1.Health` at `HOST:PORT`, without TLS.")),
  exec: optional(
    list("A command that must exit with 0; no shell is used.", text("The program, or an argument."), { min: 1 }),
  ),
  process: optional(regex("A process whose command line matches must run.")),
  file: optional(text("A file that must exist.", { nonEmpty: true })),
  log: optional(log),
  disk: optional(text("A path on the file system that must have room.", { nonEmpty: true })),
  dns: optional(normalize(text("A name that must resolve.", { expected: "a host name" }), parseName)),
  redis: optional(redis),
  postgres: optional(postgres),
  metric: optional(metric),
};

/** Keys that stand beside a type and belong to it alone. */
const options = {
  maxAge: optional(duration("`file`: the longest time since it last changed.")),
  minSize: optional(size("`file`: the smallest size.")),
  contains: optional(regex("`file`: must match in its last mebibyte.")),
  service: optional(text("`grpc`: the service to ask about; without one, the server as a whole.")),
  minFree: optional(minFree),
  min: optional(integer("`process`: the fewest that must run (default 1).", { min: 0 }), ({ process }) =>
    process === undefined ? undefined : LEAST_PROCESSES,
  ),
  max: optional(integer("`process`: the most that may run.", { min: 0 })),
};

const TYPES = Object.keys(types) as CheckType[];

const OPTIONS_OF: Readonly<Partial<Record<CheckType, readonly (keyof typeof options)[]>>> = {
  file: ["maxAge", "minSize", "contains"],
  process: ["min", "max"],
  grpc: ["service"],
  disk: ["minFree"],
};

const mapping = refine(object("A check in full.", { ...types, ...options, ...schedule }), (value) => {
  const [type, ...others] = TYPES.filter((key) => value[key] !== undefined);
  if (type === undefined) return `does not say what to check; add one of ${TYPES.join(", ")}`;
  if (others.length > 0) {
    return `has two types (${[type, ...others].join(" and ")}); make two checks of them`;
  }
  const allowed: readonly string[] = OPTIONS_OF[type] ?? [];
  const stray = Object.keys(options).filter(
    (key) => value[key as keyof typeof options] !== undefined && !allowed.includes(key),
  );
  if (stray.length > 0)
    return stray.map((key): [string[], string] => [[key], `does not belong to a check of type ${type}; remove it`]);
  const { min = LEAST_PROCESSES, max } = value;
  if (max !== undefined && max < min) return [[["max"], `must not be less than min (${min})`]];
  return undefined;
});

type Mapping = Infer<typeof mapping>;

type Settings = Omit<Infer<typeof mapping>, keyof typeof types | keyof typeof options | "fall">;

function define(
  { interval, timeout, rise, startPeriod, live, critical }: Settings,
  fall: number,
  spec: CheckSpec,
): UnnamedCheck {
  return { interval, timeout, fall, rise, startPeriod, live, critical, spec };
}

const defaults = object("The defaults.", schedule).parse({});

/** One check: a URL, or a mapping with exactly one type. */
export const check = either("A check: a URL, or a mapping with exactly one type.", [
  short(
    normalize(text("Short for one URL.", { expected: TARGET_EXPECTED }), (value) =>
      define(defaults, fallOf({}), parseTarget(value)),
    ),
    targetInFull,
  ),
  normalize(mapping, (value) => define(value, value.fall ?? fallOf(value), specOf(value))),
]);

function specOf(given: Mapping): CheckSpec {
  const { tcp, grpc, exec, process, file, disk, dns, service = "", min = LEAST_PROCESSES, max } = given;
  const { maxAge, minSize, contains, minFree = { bytes: 0 } } = given;
  const whole = given.http ?? given.log ?? given.redis ?? given.postgres ?? given.metric;
  if (whole !== undefined) return whole;
  if (tcp !== undefined) return { type: "tcp", ...tcp };
  if (grpc !== undefined) return { type: "grpc", ...grpc, service };
  if (process !== undefined) return { type: "process", pattern: process, min, max };
  if (file !== undefined) return { type: "file", path: file, maxAge, minSize, contains };
  if (disk !== undefined) return { type: "disk", path: disk, minFree };
  if (dns !== undefined) return { type: "dns", name: dns };
  return { type: "exec", command: exec as [string, ...string[]] };
}
