import { systemCode } from "@outrigger/runtime/errors";
import { applicationProcesses, isSharedNamespace } from "./processes.ts";

/**
 * Sends `signal` to the application's processes whose command line matches `pattern`. Without a pattern that is every
 * process of the pod where its PID namespace is shared, else the namespace's first process. Throws when there is none,
 * or none may be signalled.
 */
export function signalApplication(signal: NodeJS.Signals, pattern: RegExp | undefined): void {
  const found = applicationProcesses().filter(({ pid, arguments: command }) => {
    if (pattern !== undefined) return pattern.test(command.join(" "));
    return pid === 1 || isSharedNamespace();
  });
  if (found.length === 0) {
    throw new Error(
      "no process of the application was found; share the PID namespace (shareProcessNamespace: true), and check the pattern",
    );
  }
  const refused = found.filter(({ pid }) => !send(pid, signal));
  if (refused.length === 0) return;
  throw new Error(
    `process ${refused.map(({ pid }) => pid).join(", ")} may not be signalled; run as the same uid as the application`,
  );
}

/** Whether the signal was sent; a process that has ended meanwhile needs none. */
function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    return systemCode(error) === "ESRCH";
  }
}
