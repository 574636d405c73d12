import { listFields } from "../parse/json-object.ts";
import { scalarText } from "../parse/roles.ts";
import type { ParsedRecord } from "../record.ts";
import type { Labels, Renderer } from "./renderer.ts";

/** `time=… level=… message=… source=… file=…`, then the fields, each under its own name. */
export class LogfmtRenderer implements Renderer {
  readonly #labels: string;

  constructor(labels: Labels) {
    this.#labels = ` source=${quoteIfNeeded(labels.source)} file=${quoteIfNeeded(labels.file)}`;
  }

  texts(records: readonly string[]): string {
    let lines = "";
    for (const record of records) lines += `message=${quoteIfNeeded(record)}${this.#labels}\n`;
    return lines;
  }

  record(record: ParsedRecord): string {
    let line = record.time === undefined ? "" : `time=${record.time} `;
    if (record.level !== undefined) line += `level=${quoteIfNeeded(record.level)} `;
    line += `message=${quoteIfNeeded(record.message)}${this.#labels}`;
    for (const { name, json } of listFields(record.fields))
      line += ` ${keyOf(name)}=${quoteIfNeeded(scalarText(json) ?? json)}`;
    return `${line}\n`;
  }

  unparsed(record: string): string {
    return `message=${quoteIfNeeded(record)}${this.#labels} parsed=false\n`;
  }
}

const own = new Set(["time", "level", "message", "source", "file", "parsed"]);
const unquotable = /[\s"=\\\0-\x1f\x7f]/;

function quoteIfNeeded(text: string): string {
  return text === "" || unquotable.test(text) ? JSON.stringify(text) : text;
}

/** A field must not pass for one of ours, nor end its key early. */
function keyOf(name: string): string {
  const key = name.replace(/[\s"=\0-\x1f\x7f]/g, "_") || "_";
  return own.has(key) ? `fields.${key}` : key;
}
