import { normalizeLevel } from "../level.ts";
import { fieldsText, type ParsedRecord, textField } from "../record.ts";
import type { TimeReader } from "../time/reader.ts";

/**
 * Puts what a user's template or pattern captured where its name says: `time`, `level` and `message` are special, all
 * others are fields, and so is a time that cannot be read.
 */
export function assignCapture(record: ParsedRecord, name: string, text: string, time: TimeReader): void {
  if (name === "message") {
    record.message = text;
  } else if (name === "level") {
    record.level = normalizeLevel(text);
  } else {
    const read = name === "time" ? time.read(text) : undefined;
    if (read !== undefined) record.time = read;
    else record.fields += (record.fields === "" ? "" : ",") + fieldsText([textField(name, text)]);
  }
}
