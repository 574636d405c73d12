import { UsageError } from "@outrigger/runtime/errors";
import { type Assignment, settingFlag } from "@outrigger/runtime/options";
import type { ToolDefinition } from "@outrigger/runtime/tool";
import type { HealthConfig } from "./config.ts";

/** healthz as its command line sees it. */
export const definition: ToolDefinition<HealthConfig> = {
  tool: "healthz",
  summary: "Health endpoints for an application that has none.",
  usage: "[--port N] [--add NAME=URL]…",
  section: () => import("./config.ts").then(({ healthSection }) => healthSection),
  start: () => import("./service.ts").then(({ start }) => start),
  flags: [
    settingFlag("port", "N", "health.port", "where to listen"),
    {
      name: "add",
      metavar: "NAME=URL",
      description:
        "add a check: http://, tcp://, grpc://, redis://, postgres://, dns: or file: (--check NAME=URL works too)",
      assign: checkAdder(),
    },
  ],
  commands: {
    // For --help only: `main` answers it before any of this is loaded.
    probe: {
      usage: "probe URL",
      summary: "ask one URL once: exit status 0 or 1, for a HEALTHCHECK without a shell",
      run: ({ args }) => import("./commands/probe.ts").then(({ probe }) => probe(args)),
    },
    drain: {
      usage: "drain [on|off]",
      summary: "take the application out of traffic, or back into it: for an exec preStop hook",
      run: (context) => import("./commands/drain.ts").then(({ drain }) => drain(context)),
    },
    wait: {
      usage: "wait TARGET… [--timeout 5m] [--interval 2s] [--stable N]",
      summary: "wait until every target is healthy: exit status 0, or 124 after the timeout; for an init container",
      run: (context) => import("./commands/wait.ts").then(({ wait }) => wait(context)),
    },
  },
};

/** Adds checks, and refuses a name that comes twice: the second would silently replace the first. */
function checkAdder(): (value: string) => Assignment[] {
  const added = new Set<string>();
  return (value) => {
    const split = value.indexOf("=");
    if (split < 1) throw new UsageError(`--add ${value}: write NAME=URL, such as web=http://localhost:3000/`);
    const name = value.slice(0, split);
    if (added.has(name)) throw new UsageError(`--add: the check "${name}" is added twice; give each a name of its own`);
    added.add(name);
    return [{ path: ["health", "checks", name], value: value.slice(split + 1), origin: "--add" }];
  };
}

/** `--check` alone validates; with NAME=URL it stands for `--add`. */
export function normalizeArguments(argv: readonly string[]): string[] {
  return argv.map((argument, index) => {
    if (argument === "--check" && /^[^-=][^=]*=/.test(argv[index + 1] ?? "")) return "--add";
    return argument.replace(/^--check=/, "--add=");
  });
}
