import { UsageError } from "@outrigger/runtime/errors";
import { type Assignment, settingFlag } from "@outrigger/runtime/options";
import type { ToolDefinition } from "@outrigger/runtime/tool";
import type { MetricsConfig } from "./config.ts";

/** metrics-exporter as its command line sees it. */
export function definition(argv: readonly string[]): ToolDefinition<MetricsConfig> {
  return {
    tool: "metrics-exporter",
    summary: "Prometheus metrics for an application that has none.",
    usage: "[--port N] [FILES…] [--rule NAME=TEMPLATE]… [--once]",
    section: () => import("./config.ts").then(({ metricsSection }) => metricsSection),
    start: () =>
      argv.includes("--once")
        ? import("./once.ts").then(({ startOnce }) => startOnce)
        : import("./service.ts").then(({ start }) => start),
    flags: [
      settingFlag("port", "N", "metrics.port", "where to listen"),
      { name: "rule", metavar: "NAME=TEMPLATE", description: "add a log rule", assign: addRule },
      { name: "once", description: "read the files to their end, print the exposition, exit" },
    ],
    commands: {
      check: {
        usage: "check [--strict]",
        summary: "validate the configuration, then warn about names and labels; --strict makes warnings errors",
        run: (context) => import("./commands/check.ts").then(({ check }) => check(context)),
      },
      test: {
        usage: "test TESTS.yaml…",
        summary: "run tests of the rules: lines of a log, and the series that they must make",
        run: (context) => import("./commands/test.ts").then(({ test }) => test(context)),
      },
      suggest: {
        usage: "suggest FILES…",
        summary: "propose rules for log files",
        run: (context) => import("./commands/suggest.ts").then(({ suggest }) => suggest(context)),
      },
    },
    positionals: {
      metavar: "FILES",
      assign: (files) => [{ path: ["metrics", "logs", "files"], value: [...files], origin: "the command line" }],
    },
  };
}

function addRule(value: string): Assignment[] {
  const split = value.indexOf("=");
  if (split < 1) throw new UsageError(`--rule ${value}: write NAME=TEMPLATE, such as logins_total="login by {user}"`);
  const path = ["metrics", "logs", "rules", value.slice(0, split)];
  // As a mapping: a template such as "level: {level}" is not to be read as YAML.
  return [{ path, value: { match: value.slice(split + 1) }, origin: "--rule" }];
}
