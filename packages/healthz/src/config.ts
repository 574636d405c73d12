import {
  type Infer,
  map,
  normalize,
  object,
  oneOf,
  port,
  type Schema,
  text,
  withDefault,
} from "@outrigger/runtime/schema";
import type { Section } from "@outrigger/runtime/section";
import { check } from "./config/check.ts";
import { hidesEndpoint } from "./paths.ts";

const checks = normalize(
  map("What is checked in the background, by name.", check, {
    key: /^[A-Za-z0-9._-]{1,63}$/,
    keyExpected: "must be a check's name: 1 to 63 letters, digits, dots, underscores and hyphens",
  }),
  (byName) => Object.entries(byName).map(([name, definition]) => ({ name, ...definition })),
);

const files = normalize(
  map(
    "Extra read-only answers, by path, each from a file that is read anew for every request.",
    text("The file.", { nonEmpty: true }),
    {
      key: /^\/[^?#]*$/,
      keyExpected: "must be a path that begins with / and has no ? or #",
    },
  ),
  (byPath) => new Map(Object.entries(byPath).map(([path, file]) => [path.replace(/(?<=.)\/$/, ""), file])),
);

const health = object("healthz: health endpoints for an application that has none.", {
  port: withDefault(port("Where it listens, on all addresses."), 8080),
  details: withDefault(
    oneOf("Who sees details of the checks: auto gives them to loopback on failure, and to everybody with ?verbose.", [
      "auto",
      "always",
      "never",
    ]),
    "auto",
  ),
  checks: withDefault(checks, {}),
  files: withDefault(files, {}),
});

export type HealthConfig = Infer<typeof health>;

/** The section `health`. */
export const healthSection: Section<HealthConfig> = {
  key: "health",
  schema: health as Schema<HealthConfig>,
  complete(config, _root, report) {
    for (const path of config.files.keys()) {
      if (hidesEndpoint(path, config.checks.length > 0)) {
        report(["files", path], "would hide an endpoint of healthz; serve the file under another path");
      }
    }
    return config;
  },
};
