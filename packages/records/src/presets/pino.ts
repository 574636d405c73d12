import type { JsonPreset } from "./preset.ts";

/** pino, and pino-http's requests. Levels are numbers: 30 is info. */
export const pino: JsonPreset = {
  kind: "json",
  fields: {
    level: ["level"],
    time: ["time"],
    pid: ["pid"],
    hostname: ["hostname"],
    name: ["name"],
    message: ["msg"],
    method: ["req", "method"],
    path: ["req", "url"],
    host: ["req", "remoteAddress"],
    status: ["res", "statusCode"],
    duration: ["responseTime"],
    error: ["err", "type"],
  },
};
