import type { JsonPreset } from "./preset.ts";

/** Caddy's access log. */
export const caddy: JsonPreset = {
  kind: "json",
  fields: {
    level: ["level"],
    logger: ["logger"],
    message: ["msg"],
    time: ["ts"],
    remote: ["request", "remote_ip"],
    host: ["request", "host"],
    method: ["request", "method"],
    path: ["request", "uri"],
    protocol: ["request", "proto"],
    status: ["status"],
    bytes: ["size"],
    duration: ["duration"],
  },
};
