/** What an error says beside its message. */
export interface ErrorDetails {
  /** The exit status a process ends with because of it. */
  exitStatus?: number;
  /** What to change, as a sentence. */
  hint?: string;
  cause?: unknown;
}

/** An error that a user is meant to read: a stable code, one sentence, and an exit status. */
export class OutriggerError extends Error {
  override readonly name: string = "OutriggerError";
  readonly code: string;
  readonly exitStatus: number;
  readonly hint: string | undefined;

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.exitStatus = details.exitStatus ?? 1;
    this.hint = details.hint;
  }
}

/** Bad usage of a command line: exit status 2. */
export class UsageError extends OutriggerError {
  override readonly name = "UsageError";

  constructor(message: string, details: Omit<ErrorDetails, "exitStatus"> = {}) {
    super("usage", message, { ...details, exitStatus: 2 });
  }
}

/** The configuration is fine but the tool cannot do its work: exit status 1. */
export class RuntimeFailure extends OutriggerError {
  override readonly name = "RuntimeFailure";

  constructor(code: string, message: string, details: Omit<ErrorDetails, "exitStatus"> = {}) {
    super(code, message, { ...details, exitStatus: 1 });
  }
}

/** The `code` of a Node system error (`ENOENT`, `EADDRINUSE`, …), if `error` is one. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}
