import type { CheckView, Health } from "./health.ts";
import type { Aggregate } from "./paths.ts";

/** One check in the light of an endpoint. */
export interface Finding {
  check: CheckView;
  /** Whether the endpoint is content with it; a check that is not critical may fail one that is. */
  passes: boolean;
  excluded: boolean;
}

/** What an endpoint has to say. */
export interface Verdict {
  /** The endpoint's name, as the plain text format spells it. */
  word: Aggregate;
  ok: boolean;
  findings: readonly Finding[];
  /** Names that `?exclude` gave and that no check has: each once, sorted, as kube-apiserver lists them. */
  unknownExclusions: readonly string[];
  /** Why it fails although every check may pass. */
  reason: string | undefined;
}

/** The verdict of an aggregate endpoint, leaving out the checks named in `exclude`. */
export function judge(health: Health, word: Aggregate, exclude: readonly string[] = []): Verdict {
  const passes = PASSES[word];
  const concerned = word === "livez" ? health.checks.filter(({ live }) => live) : health.checks;
  const findings = concerned.map((check) => ({
    check,
    passes: passes(check, health),
    excluded: exclude.includes(check.name),
  }));
  const reason = word === "readyz" ? health.closed : undefined;
  return {
    word,
    ok: reason === undefined && findings.every(({ check, passes, excluded }) => passes || excluded || !check.critical),
    findings,
    unknownExclusions: [...new Set(exclude)].filter((name) => health.check(name) === undefined).sort(),
    reason,
  };
}

// Before the first verdict the kubelet's own initial states hold: alive, but neither ready nor started.
const PASSES: Readonly<Record<Aggregate, (check: CheckView, health: Health) => boolean>> = {
  healthz: ({ status }) => status === "OK",
  readyz: ({ status }) => status === "OK",
  livez: ({ status }) => status !== "FAIL",
  startupz: ({ everOk }, health) => health.started || everOk,
};

/** The verdict about one check, critical or not. */
export function judgeOne(check: CheckView): Verdict {
  const ok = check.status === "OK";
  const findings = [{ check, passes: ok, excluded: false }];
  return { word: "healthz", ok, findings, unknownExclusions: [], reason: undefined };
}

/** The status as shown: WARN is the FAIL of a check that is not critical. */
export function shownStatus({ status, critical }: CheckView): string {
  return status === "FAIL" && !critical ? "WARN" : status;
}

/** The reason as a given audience may read it; undefined for a check that is well. */
export function shownError({ status, failure }: CheckView, detail: Detail): string | undefined {
  if (failure !== undefined) return detail === "full" ? failure.text : failure.kind;
  return status === "PENDING" ? "no result yet" : undefined;
}

/** How much an audience may see: nothing, the class of each error, or everything. */
export type Detail = "none" | "class" | "full";

/** Who sees what, by the configured mode. */
export function detailFor(
  mode: "auto" | "always" | "never",
  request: { ok: boolean; verbose: boolean; loopback: boolean },
): Detail {
  if (mode === "never") return "none";
  if (mode === "always") return "full";
  if (!request.verbose && (request.ok || !request.loopback)) return "none";
  return request.loopback ? "full" : "class";
}
