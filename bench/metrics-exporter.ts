/** metrics-exporter against mtail, node_exporter and process-exporter, and against the limits of its design page. */
import type { BenchCase } from "./case.ts";
import { cases as backlog } from "./metrics-exporter/backlog.ts";
import { cases as running } from "./metrics-exporter/running.ts";
import { cases as scrapes } from "./metrics-exporter/scrapes.ts";
import { cases as statsd } from "./metrics-exporter/statsd.ts";

export const cases: BenchCase[] = [...scrapes, ...backlog, ...running, ...statsd];
