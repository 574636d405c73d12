import {
  type Infer,
  map,
  normalize,
  object,
  oneOf,
  port,
  refine,
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

const HIDES = "would hide an endpoint of healthz; serve the file under another path";

/** As requests are read: without a slash at the end. */
const served = (path: string) => path.replace(/(?<=.)\/$/, "");

const files = normalize(
  refine(
    map(
      "Extra read-only answers, by path, each from a file that is read anew for every request.",
      text("The file.", { nonEmpty: true }),
      {
        key: /^\/[^?#]*$/,
        keyExpected: "must be a path that begins with / and has no ? or #",
      },
    ),
    (byPath) =>
      Object.keys(byPath)
        .filter((path) => hidesEndpoint(served(path)))
        .map((path): [string[], string] => [[path], HIDES]),
  ),
  (byPath) => new Map(Object.entries(byPath).map(([path, file]) => [served(path), file])),
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
    if (config.files.has("/") && config.checks.length > 0) report(["files", "/"], HIDES);
    return config;
  },
};
