import type { Field } from "../record.ts";
import { scalarText } from "./roles.ts";

// https://messagetemplates.org: `{{`, `}}`, and a hole: destructuring hint, name, alignment, format.
const token = /\{\{|\}\}|\{[@$]?([A-Za-z_0-9]+)(?:,(-?\d{1,3}))?(:[^{}]*)?\}/g;

/**
 * The message of a compact JSON event: its template with the holes filled from its properties. Holes with a format take
 * the next of the renderings in `@r`; one without a property stays as it is written.
 */
export function renderMessageTemplate(template: string, members: readonly Field[]): string {
  const values = new Map(members.map((field) => [field.name, field.json]));
  const renderings = readRenderings(values.get("@r"));
  return template.replace(token, (hole, name: string | undefined, width: string | undefined, format?: string) => {
    if (name === undefined) return hole[0]!;
    const rendering = format === undefined ? undefined : renderings.shift();
    const json = values.get(name);
    const text = rendering ?? (json === undefined ? undefined : (scalarText(json) ?? json));
    if (text === undefined) return hole;
    const pad = Number(width ?? 0);
    return pad < 0 ? text.padEnd(-pad) : text.padStart(pad);
  });
}

function readRenderings(json: string | undefined): string[] {
  const list: unknown = json === undefined ? [] : JSON.parse(json);
  return Array.isArray(list) ? list.map(String) : [];
}
