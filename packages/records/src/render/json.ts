import type { ParsedRecord } from "../record.ts";
import type { Labels, RenderedBlock, Renderer } from "./renderer.ts";

/** One JSON object per record: `time`, `level`, `message`, `source`, `file`, `fields`; `parsed: false` where it failed. */
export class JsonRenderer implements Renderer {
  readonly #labels: string;
  readonly #between: string;
  /** The same as a replacement, in which `$` has a meaning. */
  readonly #replacement: string;

  constructor(labels: Labels) {
    this.#labels = `,"source":${JSON.stringify(labels.source)},"file":${JSON.stringify(labels.file)}`;
    this.#between = `"${this.#labels}}\n{"message":"`;
    this.#replacement = this.#between.replaceAll("$", "$$$$");
  }

  /**
   * All records are escaped by one native call. Its result has `","` between two strings and nowhere else, because a
   * quote inside a string is escaped.
   */
  texts(records: readonly string[]): string {
    if (records.length === 0) return "";
    const strings = JSON.stringify(records).slice(1, -1).replaceAll('","', this.#replacement);
    return `{"message":${strings}${this.#labels}}\n`;
  }

  /** One native call escapes them, and another puts the rest of each record in the place of the escaped line ends. */
  block(records: string): RenderedBlock | undefined {
    // What looks like an escaped line end is one only when the text has no backslash of its own.
    if (records.includes("\\")) return undefined;
    const escaped = JSON.stringify(records);
    const lines = escaped.replace(escapedLineEnd, this.#replacement);
    const count = 1 + (lines.length - escaped.length) / (this.#between.length - "\\n".length);
    return { text: `{"message":${lines}${this.#labels}}\n`, count };
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

/** A pattern, as V8 replaces all matches of one in a single call, and those of a string one by one. */
const escapedLineEnd = /\\n/g;
const plain = /^[\w.@ -]*$/;
