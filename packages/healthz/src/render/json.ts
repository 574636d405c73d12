import { type Detail, type Finding, shownError, shownStatus, type Verdict } from "../verdict.ts";

/** The answer as JSON. Written by hand: the short form is a contract down to its one space. */
export function renderJson({ ok, findings, reason }: Verdict, detail: Detail): string {
  const status = `"status": ${ok ? '"OK"' : '"FAIL"'}`;
  if (detail === "none") return `{${status}}`;
  const why = reason === undefined ? "" : `, "reason": ${JSON.stringify(reason)}`;
  const checks = findings.map((finding) => `${JSON.stringify(finding.check.name)}: ${renderCheck(finding, detail)}`);
  return `{${status}${why}, "checks": {${checks.join(", ")}}}`;
}

function renderCheck({ check, excluded }: Finding, detail: Detail): string {
  const { critical, live, since, latencyMs, lastSuccess } = check;
  const fields = {
    status: shownStatus(check),
    ...(excluded && { excluded }),
    critical,
    live,
    since: new Date(since).toISOString(),
    latencyMs: latencyMs === undefined ? null : Math.round(latencyMs * 1000) / 1000,
    lastSuccess: lastSuccess === undefined ? null : new Date(lastSuccess).toISOString(),
    error: shownError(check, detail) ?? null,
  };
  return `{${Object.entries(fields)
    .map(([key, value]) => `"${key}": ${JSON.stringify(value)}`)
    .join(", ")}}`;
}
