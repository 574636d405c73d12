import { fieldsText, type Parse, textField } from "../record.ts";
import type { TimeReader } from "../time/reader.ts";

const header = /^(\d{4}-\d\d-\d\dT\S{8,32}) (stdout|stderr) ([FP])(?::\S*)?(?: |$)/;

/** A line as a container runtime writes it, taken apart. */
export interface CriLine {
  readonly time: string;
  readonly stream: string;
  /** The line goes on in the next one of the same stream. */
  readonly partial: boolean;
  readonly message: string;
}

/** The parts of a CRI line (`TIME stdout F message`), or undefined when it is none. */
export function readCri(line: string): CriLine | undefined {
  const match = header.exec(line);
  if (match === null) return undefined;
  return { time: match[1]!, stream: match[2]!, partial: match[3] === "P", message: line.slice(match[0].length) };
}

/** CRI lines by themselves; `CriJoiner` puts partial ones together before. */
export function criParser(time: TimeReader): Parse {
  return (line) => {
    const cri = readCri(line);
    if (cri === undefined) return undefined;
    const read = time.read(cri.time);
    const fields = [textField("stream", cri.stream)];
    if (read === undefined) fields.push(textField("time", cri.time));
    return { time: read, level: undefined, message: cri.message, fields: fieldsText(fields) };
  };
}
