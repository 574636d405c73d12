import { spawn } from "node:child_process";
import { constants } from "node:os";
import { systemCode } from "@outrigger/runtime/errors";
import { guardAgainstOrphans } from "./orphan-guard.ts";

/** The application that `outrigger run` starts beside the tools. */
export interface Application {
  /**
   * Resolves with the status a shell would report: the exit status, 128 + N after signal N, 127 when the program does not
   * exist, 126 when it cannot be executed. Never rejects.
   */
  readonly ended: Promise<ApplicationEnd>;
  /** Passes a signal on; nothing happens once the application has ended. */
  signal(signal: NodeJS.Signals): void;
}

interface ApplicationEnd {
  status: number;
  /** Why the application could not be started. */
  problem?: string;
}

/**
 * Starts `command` as given, without a shell, on our own standard streams and in our process group, so that the terminal's
 * signals reach it as they would without us. It does not outlive this process, however this process ends.
 */
export function startApplication(command: readonly string[], environment: NodeJS.ProcessEnv): Application {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { stdio: "inherit", env: environment, detached: false });
  const releaseGuard = child.pid === undefined ? () => {} : guardAgainstOrphans(child.pid);
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const ended = new Promise<ApplicationEnd>((resolve) => {
    child.once("exit", (code, signal) => resolve({ status: code ?? 128 + signalNumber(signal) }));
    child.once("error", (error) => {
      if (child.pid === undefined) resolve(notStarted(program, error));
    });
  }).finally(() => {
    process.removeListener("exit", kill);
    releaseGuard();
  });
  return {
    ended,
    signal: (signal) => void child.kill(signal),
  };
}

function signalNumber(signal: NodeJS.Signals | null): number {
  return signal === null ? 0 : constants.signals[signal];
}

function notStarted(program: string, error: Error): ApplicationEnd {
  const code = systemCode(error);
  const missing = code === "ENOENT" || code === "ENOTDIR";
  return {
    status: missing ? 127 : 126,
    problem: missing
      ? `${program}: not found; name a program on the PATH or a path to one after --`
      : `${program}: cannot be executed (${code}); check its mode and format`,
  };
}
