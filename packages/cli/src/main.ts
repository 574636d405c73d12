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
  const tool = toolNamed(name === "help" ? rest[0] : name);
  if (tool) {
    const toolMain = await tool.main();
    return toolMain(name === "help" ? ["--help"] : rest);
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

const toolNamed = (name: string | undefined) => Object.values(tools).find((candidate) => candidate.name === name);

async function dispatch(name: string | undefined, argv: readonly string[]): Promise<number> {
  if (name === "--version" || name === "version") return print(`outrigger ${version}\n`).then(() => 0);
  if (name === "--help" || name === "-h" || name === "help") return printHelp(argv[0]);
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
    return printHelp(command.name);
  }
  return command.run(invocation);
}

/** The help of a command, or of all of them. */
async function printHelp(name: string | undefined): Promise<number> {
  const command = commands.find((candidate) => candidate.name === name);
  const { commandHelp, overview } = await import("./help.ts");
  await print(command === undefined ? overview() : commandHelp(command));
  return 0;
}
