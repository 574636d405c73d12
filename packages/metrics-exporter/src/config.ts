import {
  type Infer,
  integer,
  normalize,
  object,
  optional,
  port,
  type Schema,
  text,
  withDefault,
} from "@outrigger/runtime/schema";
import type { Section } from "@outrigger/runtime/section";
import { type LogSource, sourcesOfLogs } from "./config/log-files.ts";
import { logsSchema } from "./config/logs-schema.ts";
import { compileRules, definitionsOf } from "./config/rule-check.ts";
import {
  execSchema,
  jsonSchema,
  probesSchema,
  processesSchema,
  scrapeSchema,
  textfilesSchema,
} from "./config/source-schemas.ts";
import { statsdSchema } from "./config/statsd-schema.ts";
import type { CompiledRule } from "./rules/compile.ts";

const limits = object('Bounds for the number of series; what is beyond goes to a series labelled overflow="true".', {
  seriesPerMetric: withDefault(integer("Most series of one metric.", { min: 1 }), 2000),
  series: withDefault(integer("Most series of all metrics together.", { min: 1 }), 20_000),
});

const metrics = object("metrics-exporter: Prometheus metrics for an application that has none.", {
  port: withDefault(port("Where it listens, on all addresses."), 8081),
  logs: withDefault(logsSchema, {}),
  json: withDefault(jsonSchema, []),
  textfiles: withDefault(textfilesSchema, []),
  processes: withDefault(processesSchema, []),
  scrape: withDefault(scrapeSchema, []),
  statsd: optional(statsdSchema),
  probes: withDefault(probesSchema, {}),
  exec: withDefault(execSchema, []),
  limits: withDefault(limits, {}),
  state: withDefault(
    normalize(
      text("A file, or a directory for it, in which counters and file positions survive a restart; or off.", {
        nonEmpty: true,
      }),
      (value) => (value === "off" ? undefined : value),
    ),
    "off",
  ),
});

type Declared = Infer<typeof metrics>;

/** The section as the service uses it. */
export interface MetricsConfig extends Declared {
  /** Where log lines come from: `logs.files`, else the files of the section `logs`. */
  readonly sources: readonly LogSource[];
  readonly rules: readonly CompiledRule[];
}

/** The section `metrics`. */
export const metricsSection: Section<MetricsConfig> = {
  key: "metrics",
  schema: metrics as unknown as Schema<MetricsConfig>,
  complete(config, root) {
    const { files, rules } = config.logs;
    const sources = files.length > 0 ? [{ files }] : sourcesOfLogs(root.logs);
    // The schema has reported what is wrong with them.
    return { ...config, sources, rules: compileRules(definitionsOf(rules), config.limits.seriesPerMetric, () => {}) };
  },
};
