import { type Detail, type Finding, shownError, type Verdict } from "../verdict.ts";

/** The answer in the format of kube-apiserver's health endpoints. */
export function renderText(verdict: Verdict, detail: Detail): string {
  const { word, ok, findings, unknownExclusions, reason } = verdict;
  if (detail === "none") return ok ? "ok" : `${word} check failed`;
  const lines = findings.map((finding) => renderLine(finding, detail));
  if (unknownExclusions.length > 0) {
    const names = unknownExclusions.map((name) => JSON.stringify(name)).join(",");
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names}`);
  }
  if (reason !== undefined) lines.push(`not ready: ${reason}`);
  lines.push(`${word} check ${ok ? "passed" : "failed"}`);
  return `${lines.join("\n")}\n`;
}

function renderLine({ check, passes, excluded }: Finding, detail: Detail): string {
  const { name, critical } = check;
  if (excluded) return `[+]${name} excluded: ok`;
  if (passes) return `[+]${name} ok`;
  return `[-]${name} failed: ${shownError(check, detail) ?? check.status}${critical ? "" : " (not critical)"}`;
}
