import { UsageError } from "@outrigger/runtime/errors";
import { exit, exitOnUncaught, reportError } from "@outrigger/runtime/exit";
import { createLog, logOptionsFrom } from "@outrigger/runtime/log";
import { suggestion } from "@outrigger/runtime/nearest";
import { print } from "@outrigger/runtime/output";
import { version } from "@outrigger/runtime/version";
import { readInvocation } from "./command.ts";
import { commands } from "./commands.ts";
import { tools } from "./sections.ts";

/** The `outrigger` command line: a tool's name hands over to that tool; everything else ends with an exit status. */
export async function main(argv: string[]): Promise<void> {
  const [name, ...rest] = argv;
  const tool = Object.values(tools).find((candidate) => candidate.name === name);
  if (tool) {
    const toolMain = await tool.main();
    return toolMain(rest);
  }
  const { options, problems } = logOptionsFrom(process.env);
  const log = createLog("outrigger", options);
  exitOnUncaught(log);
  try {
    if (problems.length > 0) throw new UsageError(problems.join("; "));
    exit(await dispatch(name, rest));
  } catch (error) {
    exit(reportError(log, error));
  }
}

async function dispatch(name: string | undefined, argv: readonly string[]): Promise<number> {
  if (name === "--version") return print(`outrigger ${version}\n`).then(() => 0);
  if (name === "--help" || name === "-h" || name === "help") return printHelp();
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    const known = [...commands, ...Object.values(tools)].map((candidate) => candidate.name);
    if (name === undefined) throw new UsageError(`a command is missing; use one of ${known.join(", ")}`);
    const kind = name.startsWith("-") ? "option" : "command";
    throw new UsageError(
      `unknown ${kind} ${name}${suggestion(name, kind === "option" ? ["--help", "--version"] : known)}`,
    );
  }
  const invocation = readInvocation(command, argv);
  if (invocation.options.values.has("help")) {
    const { commandHelp } = await import("./help.ts");
    return print(commandHelp(command)).then(() => 0);
  }
  return command.run(invocation);
}

async function printHelp(): Promise<number> {
  const { overview } = await import("./help.ts");
  await print(overview());
  return 0;
}
