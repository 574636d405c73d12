import { type Command, configurationFlags } from "./command.ts";

/** The sub-commands that are not tools. Each loads its code when it runs. */
export const commands: readonly Command[] = [
  {
    name: "run",
    summary: "without containers: config first, then the other sections in one process, and CMD beside them",
    usage: "-c FILE [-- CMD…]",
    flags: configurationFlags,
    argumentHint: "write -- before the application's command",
    run: (invocation) => import("./run/run.ts").then(({ run }) => run(invocation)),
  },
  {
    name: "check",
    summary: "validate all sections at once and look for what cannot work together",
    usage: "-c FILE [-f MANIFEST]…",
    flags: [
      ...configurationFlags,
      { name: "file", short: "f", metavar: "FILE", description: "a manifest, a directory of them, or - for stdin" },
    ],
    run: (invocation) => import("./check/check.ts").then(({ check }) => check(invocation)),
  },
  {
    name: "schema",
    summary: "print the JSON Schema of the configuration file",
    usage: "",
    flags: [],
    run: () => import("./schema.ts").then(({ printSchema }) => printSchema()),
  },
  {
    name: "pause",
    summary: "do nothing until SIGTERM: owns the namespaces of a Compose service group",
    usage: "",
    flags: [],
    run: () => import("./pause.ts").then(({ pause }) => pause()),
  },
];
