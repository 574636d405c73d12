import { type Assignment, settingFlag } from "@outrigger/runtime/options";
import type { ToolDefinition } from "@outrigger/runtime/tool";
import type { LogsConfig } from "./config.ts";

/** log-tailer as its command line sees it. */
export const definition: ToolDefinition<LogsConfig> = {
  tool: "log-tailer",
  summary: "Log files to standard output: every line once, in order, at once.",
  usage: "[FILES…] [--output X] [--start X] [--multiline X] [--parse X] [--poll] [--once]",
  section: () => import("./config.ts").then(({ logsSection }) => logsSection),
  start: () => import("./service.ts").then(({ start }) => start),
  commands: {
    explain: {
      usage: "explain FILE",
      summary: "why a file is or is not being read",
      run: async (context) => (await import("./explain.ts")).explain(context),
    },
  },
  flags: [
    settingFlag("output", "FORMAT", "logs.output", "raw, prefix, json or logfmt"),
    settingFlag("multiline", "PRESET", "logs.multiline", "auto, java, python, … : lines that are one record"),
    settingFlag("parse", "FORMAT", "logs.parse", "auto, json, serilog, nginx, … : what records look like"),
    settingFlag("start", "WHERE", "logs.start", "beginning or end, for files that exist at start"),
    {
      name: "poll",
      description: "look at the files every pollInterval instead of watching them",
      assign: () => [{ path: ["logs", "watch"], value: "poll", origin: "--poll" }],
    },
    { name: "once", description: "read everything present to its end, then exit", assign: once },
  ],
  positionals: {
    metavar: "FILES",
    assign: (files) => [
      // Files on the command line are all that is read, whatever sources the file declares.
      { path: ["logs", "files"], value: [...files], origin: "the command line" },
      { path: ["logs", "sources"], value: [], origin: "the command line" },
    ],
  },
};

function once(): Assignment[] {
  const origin = "--once";
  return [
    { path: ["logs", "exitWhen"], value: "eof", origin },
    { path: ["logs", "watch"], value: "poll", origin },
    { path: ["logs", "admin", "port"], value: 0, origin },
  ];
}
