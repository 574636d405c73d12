import type { Finding } from "../finding.ts";
import { checkPod } from "./check-pod.ts";
import { podsOf } from "./pods.ts";
import { readManifests } from "./read.ts";

/**
 * Finds what is wrong with manifests that were written by hand. `outputs` are the paths that config-merge writes. Throws
 * `UsageError` and `RuntimeFailure` when a manifest cannot be read.
 */
export function checkManifests(sources: readonly string[], outputs: readonly string[]): Finding[] {
  const findings: Finding[] = [];
  for (const { value, problems, locate } of readManifests(sources)) {
    findings.push(...problems.map((problem): Finding => ({ severity: "error", path: [], ...problem })));
    const add =
      (severity: Finding["severity"]) =>
      (path: Finding["path"], message: string): void => {
        findings.push({ severity, path, message, at: locate(path) });
      };
    for (const pod of podsOf(value)) checkPod(pod, outputs, { error: add("error"), warning: add("warning") });
  }
  return findings;
}
