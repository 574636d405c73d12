/** Records of well-known formats. The formats themselves are shared with the log-tailer. */

import { readPairs } from "@outrigger/records/logfmt";
import type { JsonPreset, PatternPreset } from "@outrigger/records/preset";
import { presetFields, presets } from "@outrigger/records/presets";
import { suggestion } from "@outrigger/runtime/nearest";
import { scalarText } from "../json/text.ts";
import type { Fields } from "./fields.ts";
import { JsonFields } from "./json-fields.ts";
import type { Matcher } from "./matcher.ts";
import type { SharedPatterns } from "./shared-pattern.ts";

/** The names of all presets. */
export const presetNames: readonly string[] = [...presets.keys()];

/**
 * The fields of a preset's records; undefined when there is no such preset.
 *
 * @param patterns shared with the other rules of the configuration.
 */
export function fieldsOfPreset(name: string, patterns: SharedPatterns): Fields | undefined {
  const preset = presets.get(name);
  if (preset === undefined) return undefined;
  if (preset.kind === "json" && preset.fields === undefined) return new JsonFields({});
  return preset.kind === "logfmt" ? new LogfmtFields() : new NamedFields(preset, patterns);
}

/** Fields out of a fixed list; only those that a rule uses are captured. */
class NamedFields implements Fields {
  readonly captures: readonly string[] = [];
  readonly #preset: PatternPreset | JsonPreset;
  readonly #patterns: SharedPatterns;
  readonly #known: readonly string[];
  readonly #used: string[] = [];

  constructor(preset: PatternPreset | JsonPreset, patterns: SharedPatterns) {
    this.#preset = preset;
    this.#patterns = patterns;
    this.#known = presetFields(preset) ?? [];
  }

  slotOf(name: string): number | undefined {
    if (!this.#known.includes(name)) return undefined;
    const slot = this.#used.indexOf(name);
    return slot < 0 ? this.#used.push(name) - 1 : slot;
  }

  advice(name: string): string {
    return suggestion(name, this.#known);
  }

  matcher(): Matcher {
    const preset = this.#preset;
    if (preset.kind === "pattern") {
      const groups = this.#used.map((name) => preset.aliases?.[name] ?? name);
      return this.#patterns.matcher(preset.source, groups);
    }
    const paths = this.#used.map((name) => `$${(preset.fields?.[name] ?? []).map((part) => `['${part}']`).join("")}`);
    const fields = new JsonFields({});
    for (const path of paths) fields.slotOf(path);
    return fields.matcher();
  }
}

/** Nanoseconds per character at worst. */
const logfmtCost = 200;

/** Keys of `key=value` records. */
class LogfmtFields implements Fields {
  readonly captures: readonly string[] = [];
  readonly #used: string[] = [];

  slotOf(name: string): number {
    const slot = this.#used.indexOf(name);
    return slot < 0 ? this.#used.push(name) - 1 : slot;
  }

  advice(): string {
    return "";
  }

  matcher(): Matcher {
    const names = this.#used;
    return {
      names,
      cost: logfmtCost,
      match(text, start, end, slots) {
        const pairs = readPairs(text.substring(start, end));
        if (pairs === undefined) return false;
        slots.fill("");
        for (const { name, json } of pairs) {
          const slot = names.indexOf(name);
          if (slot >= 0) slots[slot] = scalarText(JSON.parse(json));
        }
        return true;
      },
    };
  }
}
