import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { entryOf, repository, type ToolName, ToolProcess } from "../../test/harness/tool.ts";

export interface ProgramOptions {
  environment?: NodeJS.ProcessEnv;
  /** Called with every line of standard output. */
  onLine?: (line: string) => void;
  /** Called with every line of standard error. */
  onError?: (line: string) => void;
  /** Out of reach of the terminal's Ctrl-C: for programs that are to be stopped in an order. */
  ownGroup?: boolean;
}

/** The arguments that start one of the tools, or `outrigger`, from the sources. */
export function tool(name: ToolName, ...args: string[]): string[] {
  return [process.execPath, entryOf(name), ...args];
}

/** The arguments that start one of the applications in `examples/apps`. */
export function application(name: string, ...args: string[]): string[] {
  return [process.execPath, join(repository, "examples", "apps", name, `${name}.mjs`), ...args];
}

/** Starts a program. Nothing of it is left when this process ends. */
export function start(command: string[], options: ProgramOptions = {}): ToolProcess {
  const { environment = process.env, onLine, onError, ownGroup = false } = options;
  const [file = "", ...args] = command;
  const child = spawn(file, args, { env: environment, stdio: ["ignore", "pipe", "pipe"], detached: ownGroup });
  if (onLine) createInterface({ input: child.stdout }).on("line", onLine);
  if (onError) createInterface({ input: child.stderr }).on("line", onError);
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("close", () => process.removeListener("exit", kill));
  return new ToolProcess(child);
}
