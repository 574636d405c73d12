import type { ParsedRecord } from "../record.ts";
import type { Labels, Renderer } from "./renderer.ts";

/** One JSON object per record: `time`, `level`, `message`, `source`, `file`, `fields`; `parsed: false` where it failed. */
export class JsonRenderer implements Renderer {
  readonly #labels: string;
  readonly #between: string;

  constructor(labels: Labels) {
    this.#labels = `,"source":${JSON.stringify(labels.source)},"file":${JSON.stringify(labels.file)}`;
    this.#between = `"${this.#labels}}\n{"message":"`;
  }

  /**
   * All records are escaped by one native call. Its result has `","` between two strings and nowhere else, because a
   * quote inside a string is escaped.
   */
  texts(records: readonly string[]): string {
    if (records.length === 0) return "";
    const strings = JSON.stringify(records).slice(1, -1).replaceAll('","', this.#between);
    return `{"message":${strings}${this.#labels}}\n`;
  }

  record(record: ParsedRecord): string {
    const { time, level, message, fields } = record;
    // `time` and most levels are of our own making and need no escapes.
    let line = time === undefined ? "{" : `{"time":"${time}",`;
    if (level !== undefined) line += `"level":${plain.test(level) ? `"${level}"` : JSON.stringify(level)},`;
    line += `"message":${record.messageJson ?? JSON.stringify(message)}${this.#labels}`;
    return fields === "" ? `${line}}\n` : `${line},"fields":{${fields}}}\n`;
  }

  unparsed(record: string): string {
    return `{"message":${JSON.stringify(record)}${this.#labels},"parsed":false}\n`;
  }
}

const plain = /^[\w.@ -]*$/;
