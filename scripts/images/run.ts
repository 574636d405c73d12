import { spawnSync } from "node:child_process";

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
}

/** Runs a command to its end and returns its standard output. Throws with the end of its standard error when it fails. */
export function run(command: string, args: readonly string[], { cwd, env }: RunOptions = {}): string {
  const result = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.error) throw new Error(`cannot run ${command}: ${result.error.message}`, { cause: result.error });
  if (result.status !== 0) {
    const detail = result.stderr.trim().split("\n").slice(-5).join("\n");
    throw new Error(`${command} ${args[0] ?? ""} ended with ${result.status ?? result.signal}:\n${detail}`);
  }
  return result.stdout;
}

/** Whether a command can be started and succeeds. */
export function succeeds(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}
