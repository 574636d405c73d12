import manifest from "../package.json" with { type: "json" };

/** The version of Outrigger; all packages share one. */
export const version: string = manifest.version;
