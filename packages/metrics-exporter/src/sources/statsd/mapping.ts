/** Mappings from dotted names to metric names and labels. */
import { compilePattern } from "@outrigger/runtime/pattern";

export interface MappingConfig {
  readonly match: string;
  readonly matchType: "glob" | "regex";
  readonly name?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly action: "map" | "drop";
}

export interface Mapped {
  readonly name: string;
  readonly labels: readonly (readonly [string, string])[];
}

interface Mapping {
  readonly pattern: RegExp;
  readonly config: MappingConfig;
}

/** Names whose result is remembered; an application has few, an attacker many. */
const remembered = 1000;

export class Mapper {
  readonly #mappings: readonly Mapping[];
  readonly #known = new Map<string, Mapped | "drop">();

  /** @throws PatternError */
  constructor(configs: readonly MappingConfig[]) {
    this.#mappings = configs.map((config) => ({ pattern: compileMatch(config), config }));
  }

  /** What a name becomes; the first mapping that matches wins, and without one the name stays. */
  map(name: string): Mapped | "drop" {
    const known = this.#known.get(name);
    if (known) return known;
    const mapped = this.#find(name);
    if (this.#known.size >= remembered) this.#known.clear();
    this.#known.set(name, mapped);
    return mapped;
  }

  #find(name: string): Mapped | "drop" {
    for (const { pattern, config } of this.#mappings) {
      const match = pattern.exec(name);
      if (!match) continue;
      if (config.action === "drop") return "drop";
      const labels = Object.entries(config.labels ?? {}).map(([key, text]) => [key, fill(text, match)] as const);
      return { name: fill(config.name ?? name, match), labels };
    }
    return { name, labels: [] };
  }
}

/** A glob's `*` is one part between dots. @throws PatternError */
export function compileMatch({ match, matchType }: Pick<MappingConfig, "match" | "matchType">): RegExp {
  if (matchType === "regex") return compilePattern(match);
  const parts = match.split("*").map((literal) => RegExp.escape(literal));
  return new RegExp(`^${parts.join("([^.]*)")}$`);
}

function fill(text: string, match: RegExpExecArray): string {
  return text.replace(/\$(?:\{(\d+)\}|(\d+))/g, (_reference, braced?: string, plain?: string) => {
    return match[Number(braced ?? plain)] ?? "";
  });
}
