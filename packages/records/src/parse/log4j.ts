import { normalizeLevel } from "../level.ts";
import { fieldsText, type Parse, textField } from "../record.ts";
import type { TimeReader } from "../time/reader.ts";

// Behind the time: thread and level in either order, Spring Boot's process id and dashes, logger, message.
const rest =
  /\]?[ \t]+(?:\[([^\]]*)\][ \t]+)?(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|SEVERE|FINE|FINER|FINEST|CONFIG)[ \t]+(?:(\d+) --- )?(?:\[([^\]]*)\][ \t]+)?(?:\[([^\]]*)\][ \t]+)?(?:([\w.$:/#-]+)[ \t]+(?:--?|:)[ \t]|(\w+(?:\.[\w$]+)+(?::\d+)?):[ \t])?/y;
const elapsed = /\d+/y;

/** log4j's PatternLayout, logback's default, and Spring Boot: `thread` and `logger` are fields. */
export function log4jParser(time: TimeReader): Parse {
  return (line) => {
    const start = line.startsWith("[") ? 1 : 0;
    const found = time.find(line, start);
    rest.lastIndex = found?.end ?? endOfElapsed(line);
    const match = rest.exec(line);
    if (match === null) return undefined;
    const [, first, level, pid, second, third, logger, dotted] = match;
    const fields = [];
    const thread = third ?? second ?? first;
    if (thread !== undefined) fields.push(textField("thread", thread.trim()));
    if (pid !== undefined) fields.push(textField("pid", pid));
    const name = logger ?? dotted;
    if (name !== undefined) fields.push(textField("logger", name));
    return {
      time: found?.time,
      level: normalizeLevel(level!),
      message: line.slice(rest.lastIndex),
      fields: fieldsText(fields),
    };
  };
}

/** TTCCLayout begins with the milliseconds since the program started. */
function endOfElapsed(line: string): number {
  elapsed.lastIndex = 0;
  return elapsed.test(line) ? elapsed.lastIndex : line.length;
}
