import { isLevel, normalizeLevel } from "../level.ts";
import type { Parse } from "../record.ts";
import type { TimeReader } from "../time/reader.ts";

const level = /[\s\]:|-]*[[(<]?([A-Za-z]{3,11})[\])>]?:?(?=[\s:|-]|$)/y;
const separators = /[\s\]:|-]*/y;

/** A time, perhaps in a bracket, perhaps a level, then the message: what most other text logs have in common. */
export function plainParser(time: TimeReader): Parse {
  return (line) => {
    const found = time.find(line, line.startsWith("[") ? 1 : 0);
    if (found === undefined) return undefined;
    level.lastIndex = found.end;
    const match = level.exec(line);
    const name = match === null ? undefined : normalizeLevel(match[1]!);
    const known = name !== undefined && isLevel(name);
    separators.lastIndex = known ? level.lastIndex : found.end;
    separators.exec(line);
    return {
      time: found.time,
      level: known ? name : undefined,
      message: line.slice(separators.lastIndex),
      fields: "",
    };
  };
}
