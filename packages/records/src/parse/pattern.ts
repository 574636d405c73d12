import type { Parse, ParsedRecord } from "../record.ts";
import type { TimeReader } from "../time/reader.ts";
import { assignCapture } from "./capture.ts";

/** A parser of lines that a pattern matches: its named groups are the fields; `time`, `level`, `message` are special. */
export function patternParser(pattern: RegExp, time: TimeReader): Parse {
  return (line) => {
    pattern.lastIndex = 0;
    const groups = pattern.exec(line)?.groups;
    if (groups === undefined) return undefined;
    const record: ParsedRecord = { time: undefined, level: undefined, message: line, fields: "" };
    for (const [name, text] of Object.entries(groups)) if (text !== undefined) assignCapture(record, name, text, time);
    return record;
  };
}
