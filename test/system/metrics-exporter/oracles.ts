import { spawnSync } from "node:child_process";

/** Debian's Python, whose packages are those of apt; another Python earlier on the path has none of them. */
const python = "/usr/bin/python3";

/** One verdict per text: `ok` and the samples as JSON, or the reason. */
export interface Verdict {
  ok: boolean;
  reason?: string;
  /** `[name, labels sorted by name, value as text]` of every sample. */
  samples?: [string, [string, string][], string][];
}

const program = `
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as text
parse = openmetrics if sys.argv[1] == "openmetrics" else text
verdicts = []
for document in json.load(sys.stdin):
    try:
        samples = [[s.name, sorted(s.labels.items()), repr(float(s.value))] for f in parse(document) for s in f.samples]
        verdicts.append({"ok": True, "samples": samples})
    except Exception as error:
        verdicts.append({"ok": False, "reason": repr(error)})
json.dump(verdicts, sys.stdout)
`;

/** What the Python client's parsers say; the one of OpenMetrics agrees with the OpenMetrics project's own suite. */
export function pythonVerdicts(format: "openmetrics" | "text", documents: readonly string[]): Verdict[] {
  const { stdout, stderr, status } = spawnSync(python, ["-c", program, format], {
    input: JSON.stringify(documents),
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`python failed (apt-get install python3-prometheus-client): ${stderr}`);
  return JSON.parse(stdout) as Verdict[];
}

/** What `promtool check metrics` complains about, without its advice about names and help. */
export function promtoolErrors(document: string): string {
  const { stderr, status, error } = spawnSync("promtool", ["check", "metrics"], { input: document, encoding: "utf8" });
  if (error) throw new Error(`promtool failed (apt-get install prometheus): ${error.message}`);
  // Status 3 means advice only.
  return status === 0 || status === 3 ? "" : stderr;
}
