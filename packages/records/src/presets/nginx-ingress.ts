import { common, refererAndAgent } from "./access.ts";
import type { PatternPreset } from "./preset.ts";

/** The default format of ingress-nginx (`upstreaminfo`). */
export const nginxIngress: PatternPreset = {
  kind: "pattern",
  source: `^${common} ${refererAndAgent} (?<request_length>\\d+) (?<request_time>[\\d.]+) \\[(?<upstream>[^\\]]*)\\] \\[(?<alternative>[^\\]]*)\\] (?<upstream_address>.+?) (?<upstream_length>[\\d, -]+?) (?<upstream_time>[\\d., -]+?) (?<upstream_status>[\\d, -]+?) (?<request_id>\\S+)$`,
  aliases: { remote: "host" },
};
