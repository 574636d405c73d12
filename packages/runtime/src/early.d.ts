/**
 * Takes over the first SIGTERM or SIGINT: `callback` runs once, at once when the signal came while the program was
 * loading. A later call replaces the callback. A second signal always ends the process, with status 143 or 130.
 */
export function onFirstSignal(callback: (signal: NodeJS.Signals) => void): void;
