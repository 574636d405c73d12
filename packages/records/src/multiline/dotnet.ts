import { TraceClassifier } from "./trace.ts";

/** What `Exception.ToString()` gives, nested and aggregated exceptions included. */
export const dotnet = () =>
  new TraceClassifier({
    head: /^(?:Unhandled exception\. |Unhandled Exception: )?(?:[\w`+]+\.)+[\w`+]*(?:Exception|Error)[\w`+]*(?: \(|:|$)/,
    part: /^(?:\s+at \S|\s*---> |\s*--- End of )/,
    // AggregateException leaves a blank line behind the end of each inner one.
    maybe: /^\s*$/,
    longMessage: true,
  });
