import type { JsonPreset } from "./preset.ts";

/** MongoDB 4.4 and newer. */
export const mongodb: JsonPreset = {
  kind: "json",
  fields: {
    time: ["t", "$date"],
    level: ["s"],
    component: ["c"],
    id: ["id"],
    context: ["ctx"],
    message: ["msg"],
    namespace: ["attr", "ns"],
    operation: ["attr", "type"],
    duration: ["attr", "durationMillis"],
  },
};
