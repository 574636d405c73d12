/** Ends the process with this status at once, as `process.exit` does, even when a system call of its thread pool is stuck. */
export function end(status: number): never;
