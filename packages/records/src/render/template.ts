import { listFields, readObject } from "../parse/json-object.ts";
import { scalarText } from "../parse/roles.ts";
import { readTemplate, type Template } from "../parse/template.ts";
import type { Field, ParsedRecord } from "../record.ts";
import type { Labels, Renderer } from "./renderer.ts";

/**
 * A line as the user lays it out: `{time}`, `{level}`, `{message}`, `{source}`, `{file}`, and any field by its name, by
 * `fields.name`, or with dots into nested ones. What a record does not have is empty.
 */
export class TemplateRenderer implements Renderer {
  readonly #template: Template;
  readonly #labels: Labels;

  /** @throws UsageError for a template with braces that are not closed. */
  constructor(template: string, labels: Labels) {
    this.#template = readTemplate(template);
    this.#labels = labels;
  }

  texts(records: readonly string[]): string {
    let lines = "";
    for (const record of records) lines += this.unparsed(record);
    return lines;
  }

  record(record: ParsedRecord): string {
    return `${this.#fill(record)}\n`;
  }

  /** Without a time and a level in front the message would begin with their separators. */
  unparsed(record: string): string {
    let line = this.#template.start;
    for (const { name, literal } of this.#template.captures) {
      const value = name === "message" ? record : name === "source" || name === "file" ? this.#labels[name] : "";
      line += line === "" && value === "" ? literal.trimStart() : value + literal;
    }
    return `${line}\n`;
  }

  #fill(record: ParsedRecord): string {
    let line = this.#template.start;
    for (const { name, literal } of this.#template.captures) line += this.#value(name, record) + literal;
    return line;
  }

  #value(name: string, record: ParsedRecord): string {
    if (name === "time" || name === "level" || name === "message") return record[name] ?? "";
    if (name === "source" || name === "file") return this.#labels[name];
    const fields = listFields(record.fields);
    const json = find(fields, name) ?? (name.startsWith("fields.") ? find(fields, name.slice(7)) : undefined);
    return json === undefined ? "" : (scalarText(json) ?? json);
  }
}

/** JSON text of the member at a path such as `user.id`; a name that holds dots itself is found first. */
function find(fields: readonly Field[], path: string): string | undefined {
  for (const { name, json } of fields) {
    if (name === path) return json;
    if (!path.startsWith(`${name}.`)) continue;
    const found = find(readObject(json) ?? [], path.slice(name.length + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}
