import type { JsonPreset } from "./preset.ts";

/** Any JSON object; its members are the fields. */
export const json: JsonPreset = { kind: "json", fields: undefined };
