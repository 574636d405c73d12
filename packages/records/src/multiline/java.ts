import { TraceClassifier } from "./trace.ts";

/** Stack traces of the JVM as `Throwable.printStackTrace`, log4j and logback write them. */
export const java = () =>
  new TraceClassifier({
    head: /^(?:Exception in thread ".*" |Caused by: )?(?:[\w$]+\.)+[\w$]*(?:Exception|Error|Throwable|Failure|Fault)[\w$]*(?::|$)/,
    part: /^(?:\s+at [\w$.@/<>-]+\(|\s*(?:Caused by|Wrapped by|Suppressed): |\s+\.\.\. \d+ (?:more|common frames omitted)|\s*\[CIRCULAR REFERENCE)/,
    longMessage: true,
  });
