import { onFirstSignal } from "@outrigger/runtime/early";
import { createLog, logOptionsFrom } from "@outrigger/runtime/log";

// The longest delay a timer takes: the process only has to have something to wait for.
const longestDelayMs = 2 ** 31 - 1;

/**
 * Does nothing until SIGTERM or SIGINT, then returns exit status 0. In a Compose file it owns the network and process
 * namespaces of a group of services, which then survive a restart of the application.
 */
export function pause(): Promise<number> {
  const log = createLog("outrigger", logOptionsFrom(process.env).options);
  return new Promise((resolve) => {
    const timer = setInterval(() => {}, longestDelayMs);
    onFirstSignal(() => {
      clearInterval(timer);
      resolve(0);
    });
    log.debug("waiting for SIGTERM or SIGINT");
  });
}
