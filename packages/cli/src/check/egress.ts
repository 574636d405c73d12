import type { EgressConfig } from "@outrigger/egress-proxy/config";
import type { Report } from "./finding.ts";

type Rule = EgressConfig["allow"][number];

/** Rules that add nothing, and limits that a tunnel goes around. */
export function checkEgress({ allow }: EgressConfig, report: Report): void {
  for (const [index, rule] of allow.entries()) {
    const path = ["egress", "allow", index];
    // Of two that say the same, the second is the redundant one.
    const other = allow.find(
      (candidate, at) => at !== index && covers(candidate, rule) && !(at > index && covers(rule, candidate)),
    );
    if (other) report.warning(path, `"${rule.text}" adds nothing to "${other.text}"; remove it`);
    if (rule.tunnel && (rule.methods.length > 0 || rule.paths.length > 0)) {
      report.warning(path, "methods and paths bind plain requests only: inside the tunnel they cannot be seen");
    }
  }
}

/** Whether everything that `rule` allows is allowed by `other`, as far as that can be told without limits in `other`. */
function covers(other: Rule, rule: Rule): boolean {
  if (other.methods.length > 0 || other.paths.length > 0) return false;
  const sameTerms = other.tunnel === rule.tunnel && other.resolvesTo.length === 0 && rule.resolvesTo.length === 0;
  return sameTerms && coversHost(other, rule) && rule.ports.every((port) => other.ports.includes(port));
}

function coversHost(other: Rule, { host, wildcard }: Rule): boolean {
  if (other.wildcard === wildcard && other.host.host === host.host) return true;
  return other.wildcard && host.kind === "name" && host.host.endsWith(`.${other.host.host}`);
}
