import type { Host } from "../authority.ts";
import type { Rule } from "./rule.ts";

/**
 * Finds the rules about a host in O(labels): one map of exact hosts, one of the names that wildcards lie above.
 * The result does not depend on the order in which rules were given.
 */
export class RuleIndex {
  readonly #exact = new Map<string, Rule[]>();
  readonly #below = new Map<string, Rule[]>();

  constructor(rules: readonly Rule[]) {
    for (const rule of rules) {
      const map = rule.wildcard ? this.#below : this.#exact;
      const list = map.get(rule.host.host);
      if (list) list.push(rule);
      else map.set(rule.host.host, [rule]);
    }
    for (const map of [this.#exact, this.#below]) {
      for (const list of map.values()) list.sort((left, right) => (left.text < right.text ? -1 : 1));
    }
  }

  /** Exact rules first, then wildcards from the nearest to the widest. Wildcards never match addresses. */
  find({ host, kind }: Host): Rule[] {
    const found = [...(this.#exact.get(host) ?? [])];
    if (kind !== "name" || this.#below.size === 0) return found;
    for (let dot = host.indexOf("."); dot >= 0; dot = host.indexOf(".", dot + 1)) {
      found.push(...(this.#below.get(host.slice(dot + 1)) ?? []));
    }
    return found;
  }
}
