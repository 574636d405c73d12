// Loaded before everything else by every entry point: as PID 1 a process without handlers ignores SIGTERM and SIGINT, and
// loading the rest takes time, so the handlers are registered here and handed over later.
import { end } from "./end.js";

const status = { SIGINT: 130, SIGTERM: 143 };
/** @type {NodeJS.Signals[]} */
const received = [];
/** @type {((signal: NodeJS.Signals) => void) | undefined} */
let handler;

for (const signal of /** @type {("SIGINT" | "SIGTERM")[]} */ (Object.keys(status))) {
  process.on(signal, () => {
    received.push(signal);
    // The second signal means: now.
    if (received.length > 1) end(status[signal]);
    handler?.(signal);
  });
}

// Without a handler SIGHUP ends the process; one that comes before the configuration is loaded has nothing to do.
process.on("SIGHUP", () => {});

export function onFirstSignal(/** @type {(signal: NodeJS.Signals) => void} */ callback) {
  handler = callback;
  if (received[0]) callback(received[0]);
}
