import type { LogfmtPreset } from "./preset.ts";

/** Any line of `key=value` pairs. */
export const logfmt: LogfmtPreset = { kind: "logfmt" };
