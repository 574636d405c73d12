/** Records that are JSON objects, and what rules read out of them. */
import { JsonPath, JsonPathError } from "../json/path.ts";
import { scalarText } from "../json/text.ts";
import { compileCondition, type Test } from "./conditions.ts";
import type { Condition } from "./definition.ts";
import type { Fields } from "./fields.ts";
import { parsedRecord } from "./json-record.ts";
import type { Matcher } from "./matcher.ts";

/** Nanoseconds per character: what a text of nothing but brackets costs. */
const jsonCost = 100;

type Lookup = (record: Readonly<Record<string, unknown>>) => unknown;

/** Fields by JSONPath (`$.a.b`) or by dotted name; there is no list of what exists. */
export class JsonFields implements Fields {
  readonly captures: readonly string[] = [];
  readonly #conditions: [lookup: Lookup, test: Test][];
  readonly #names: string[] = [];
  readonly #lookups: Lookup[] = [];

  /** @throws JsonPathError */
  constructor(conditions: Readonly<Record<string, Condition>>) {
    this.#conditions = Object.entries(conditions).map(([name, condition]) => [
      lookupOf(name),
      compileCondition(condition),
    ]);
  }

  slotOf(name: string): number | undefined {
    const known = this.#names.indexOf(name);
    if (known >= 0) return known;
    try {
      this.#lookups.push(lookupOf(name));
    } catch (error) {
      if (error instanceof JsonPathError) return undefined;
      throw error;
    }
    return this.#names.push(name) - 1;
  }

  advice(): string {
    return '; write a path such as "$.request.method"';
  }

  matcher(): Matcher {
    const lookups = this.#lookups;
    const conditions = this.#conditions;
    return {
      names: this.#names,
      cost: jsonCost,
      match(text, start, end, slots) {
        const record = parsedRecord(text, start, end);
        if (record === undefined) return false;
        for (const [lookup, test] of conditions) {
          const value = lookup(record);
          if (value === undefined || !test(conditionText(value))) return false;
        }
        for (let slot = 0; slot < lookups.length; slot++) slots[slot] = scalarText((lookups[slot] as Lookup)(record));
        return true;
      },
    };
  }
}

function conditionText(value: unknown): string {
  return value === null ? "null" : scalarText(value);
}

/** A dotted name is first looked up as it stands, for records such as `{"log.level": "info"}`. */
function lookupOf(name: string): Lookup {
  if (name.startsWith("$")) {
    const path = new JsonPath(name);
    return (record) => path.first(record);
  }
  const segments = name.split(".");
  return (record) => {
    if (Object.hasOwn(record, name)) return record[name];
    if (segments.length === 1) return undefined;
    let value: unknown = record;
    for (const segment of segments) {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, segment)) return undefined;
      value = (value as Record<string, unknown>)[segment];
    }
    return value;
  };
}
