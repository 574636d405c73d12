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
  return reportErrors(log, [error]);
}

/** The same for several errors at once; the lowest exit status counts. */
export function reportErrors(log: Log, errors: readonly unknown[]): number {
  const reports = errors.map((error) => logError(log, error));
  leaveReason(reports.map(({ reason }) => reason).join("\n"));
  return Math.min(...reports.map(({ status }) => status));
}

function logError(log: Log, error: unknown): { reason: string; status: number } {
  if (error instanceof ConfigError) {
    for (const problem of error.problems) {
      log.error(formatProblem(problem), {
        ...problem.at,
        ...(problem.path.length > 0 && { path: problem.path.join(".") }),
      });
    }
    return { reason: error.message, status: error.exitStatus };
  }
  if (error instanceof OutriggerError) {
    const reason = error.hint === undefined ? error.message : `${error.message}; ${error.hint}`;
    log.error(reason, { code: error.code });
    return { reason, status: error.exitStatus };
  }
  const reason = `unexpected error: ${error instanceof Error ? error.message : String(error)}`;
  log.error(reason, { stack: error instanceof Error ? error.stack : undefined });
  return { reason, status: 1 };
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
