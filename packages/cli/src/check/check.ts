import { UsageError } from "@outrigger/runtime/errors";
import { print } from "@outrigger/runtime/output";
import { SECTION_KEYS } from "@outrigger/runtime/section";
import { type Invocation, loadOptions } from "../command.ts";
import { type InspectedFile, inspectFile } from "../configuration.ts";
import { tools } from "../sections.ts";
import { checkEgress } from "./egress.ts";
import { type Finding, formatFinding, type Report } from "./finding.ts";
import { checkHealth } from "./health.ts";
import { checkListeners } from "./listeners.ts";
import { checkLogs } from "./logs.ts";
import { checkMetrics } from "./metrics.ts";
import { checkRegexes } from "./regexes.ts";

/**
 * `outrigger check`: prints every finding, or `ok`. Resolves with 2 when one of them is an error, else 0.
 */
export async function check({ options }: Invocation): Promise<number> {
  const inspected = await inspectFile(await loadOptions(options));
  if (inspected.source.document === undefined && Object.keys(inspected.sections).length === 0) {
    throw new UsageError("nothing to check: name a configuration file with -c");
  }
  const findings = await lint(inspected);
  const manifests = options.values.get("file") ?? [];
  if (manifests.length > 0) {
    const { checkManifests } = await import("./manifests/check-manifests.ts");
    findings.push(...checkManifests(manifests, Object.keys(inspected.sections.config?.config ?? {})));
  }
  await print(findings.length === 0 ? "ok\n" : findings.map((finding) => `${formatFinding(finding)}\n`).join(""));
  return findings.some(({ severity }) => severity === "error") ? 2 : 0;
}

/** What the parser refuses, and what is wrong with the valid sections beside each other, in the file's order. */
async function lint({ source: { document }, sections, problems }: InspectedFile): Promise<Finding[]> {
  const findings: Finding[] = problems.map((problem) => ({ ...problem, severity: "error" }));
  const add =
    (severity: Finding["severity"]): Report["error"] =>
    (path, message) =>
      findings.push({ severity, path, message, ...(document && { at: document.locate(path) }) });
  const report: Report = { error: add("error"), warning: add("warning") };

  for (const key of SECTION_KEYS) {
    const loaded = sections[key];
    if (loaded) checkRegexes((await tools[key].section()).schema, loaded.input, [key], report);
  }
  checkListeners(sections, report);
  if (sections.logs) checkLogs(sections.logs.input, report);
  if (sections.health) checkHealth(sections.health.input, report);
  if (sections.metrics) checkMetrics(sections.metrics.input, report);
  if (sections.egress) checkEgress(sections.egress.config, report);
  return findings.sort((left, right) => line(left) - line(right));
}

const line = ({ at }: Finding) => at?.line ?? 0;
