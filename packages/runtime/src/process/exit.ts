import { closeSync, constants, openSync, writeSync } from "node:fs";
import { ConfigError, formatProblem } from "../config/problem.ts";
import { end } from "../end.js";
import { OutriggerError } from "../errors.ts";
import { flushed, type Log } from "../log.ts";
import { mask } from "../secrets.ts";

// The kubelet shows what a container leaves here as the reason of its end; it reads 4096 bytes.
const TERMINATION_LOG = "/dev/termination-log";
const TERMINATION_LOG_BYTES = 4096;

// How long a blocked stderr may hold up the end of the process.
const FLUSH_MILLISECONDS = 500;

/** Logs an error the way a user should read it, one record per problem. Returns the exit status it asks for. */
export function reportError(log: Log, error: unknown): number {
  if (error instanceof ConfigError) {
    for (const problem of error.problems) {
      log.error(formatProblem(problem), {
        ...problem.at,
        ...(problem.path.length > 0 && { path: problem.path.join(".") }),
      });
    }
    leaveReason(error.message);
    return error.exitStatus;
  }
  if (error instanceof OutriggerError) {
    const message = error.hint === undefined ? error.message : `${error.message}; ${error.hint}`;
    log.error(message, { code: error.code });
    leaveReason(message);
    return error.exitStatus;
  }
  const message = `unexpected error: ${error instanceof Error ? error.message : String(error)}`;
  log.error(message, { stack: error instanceof Error ? error.stack : undefined });
  leaveReason(message);
  return 1;
}

/** Ends the process once stderr has taken what was logged. */
export async function exit(status: number): Promise<never> {
  process.exitCode = status;
  await flushed(FLUSH_MILLISECONDS);
  return end(status);
}

/** Logs what nobody caught, and ends with status 1: the state of the process is unknown then. */
export function exitOnUncaught(log: Log): void {
  const fatal = (error: unknown) => void exit(reportError(log, error));
  process.on("uncaughtException", fatal);
  process.on("unhandledRejection", fatal);
}

function leaveReason(message: string): void {
  try {
    // Without O_CREAT: the file is there only when somebody wants it.
    const descriptor = openSync(TERMINATION_LOG, constants.O_WRONLY | constants.O_TRUNC);
    writeSync(descriptor, Buffer.from(mask(message)).subarray(0, TERMINATION_LOG_BYTES));
    closeSync(descriptor);
  } catch {
    // Outside Kubernetes there is none.
  }
}
