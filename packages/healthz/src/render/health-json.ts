import type { CheckType } from "../checks/registry.ts";
import { type Detail, type Finding, shownError, shownStatus, type Verdict } from "../verdict.ts";

const COMPONENT_TYPES: Readonly<Record<CheckType, string>> = {
  http: "component",
  tcp: "component",
  grpc: "component",
  exec: "component",
  process: "system",
  file: "system",
  log: "system",
  disk: "system",
  dns: "system",
  redis: "datastore",
  postgres: "datastore",
  metric: "component",
};

/** The answer as draft-inadarei-api-health-check-06 describes it. */
export function renderHealthJson(verdict: Verdict, detail: Detail): string {
  const { ok, findings, reason } = verdict;
  const warns = findings.some((finding) => !finding.excluded && shownStatus(finding.check) === "WARN");
  const status = ok ? (warns ? "warn" : "pass") : "fail";
  if (detail === "none") return JSON.stringify({ status });
  const checks = new Map(
    findings.map((finding) => [`${finding.check.name}:state`, [renderComponent(finding, detail)]] as const),
  );
  // A Map, because an object would lose a check called `__proto__`.
  const members = [...checks].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(",");
  const output = reason === undefined ? "" : `,"output":${JSON.stringify(reason)}`;
  return `{"status":"${status}"${output},"checks":{${members}}}`;
}

function renderComponent({ check, passes, excluded }: Finding, detail: Detail) {
  const { type, critical, latencyMs, lastSuccess, since } = check;
  const passing = passes || excluded;
  return {
    status: passing ? "pass" : critical ? "fail" : "warn",
    componentType: COMPONENT_TYPES[type],
    ...(latencyMs !== undefined && { observedValue: Math.round(latencyMs * 1000) / 1000, observedUnit: "ms" }),
    time: new Date(Math.max(since, lastSuccess ?? 0)).toISOString(),
    ...(!passing && { output: shownError(check, detail) ?? check.status }),
  };
}
