import { TraceClassifier } from "./trace.ts";

/** Backtraces of Ruby: the newest frame first or last, and Rails' log format. */
export const ruby = () =>
  new TraceClassifier({
    head: /^(?:\S+:\d+:in [`'][^']*': |[A-Z][\w:]*(?:Error|Exception|NotFound|Invalid)\b|Traceback \(most recent call last\):)/,
    part: /^(?:\s+from \S+:\d+|\s+\d+: |\s*(?:\S*\/)?[\w.-]+\.(?:rb|erb|haml|slim|rake|ru):\d+:in [`'][^']*'$|Causes:$)/,
    // The exception that caused the first one, and in a trace with the newest frame last, the exception itself.
    next: /^\S+:\d+:in [`'][^']*': /,
    maybe: /^\s*$/,
    longMessage: true,
  });
