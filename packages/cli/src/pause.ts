import { onFirstSignal } from "@outrigger/runtime/early";

// The longest delay a timer takes: the process only has to have something to wait for.
const longestDelayMs = 2 ** 31 - 1;

/**
 * Does nothing until SIGTERM or SIGINT, then returns exit status 0. In a Compose file it owns the network and process
 * namespaces of a group of services, which then survive a restart of the application.
 */
export function pause(): Promise<number> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {}, longestDelayMs);
    onFirstSignal(() => {
      clearInterval(timer);
      resolve(0);
    });
  });
}
