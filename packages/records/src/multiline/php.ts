import { TraceClassifier } from "./trace.ts";

/** Uncaught exceptions of PHP, the traces of Xdebug, and those of Monolog (Laravel). */
export const php = () =>
  new TraceClassifier({
    head: /^(?:PHP )?(?:Fatal error|Warning|Notice|Parse error|Recoverable fatal error):\s|^(?:Next )?(?:[\w\\]+\\)?\w*(?:Exception|Error): /,
    part: /^(?:(?:PHP )?Stack trace:|\[stacktrace\]|\[previous exception\]|#\d+ |PHP\s+\d+\. |\s+thrown in |Next [\w\\]+: |"\} ?)/,
    maybe: /^\s*$/,
    longMessage: true,
  });
