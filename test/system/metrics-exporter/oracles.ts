import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";

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

/** What the Python client's parser of a format refuses: the reasons with the documents, or nothing. */
export function refusedByPython(format: "openmetrics" | "text", documents: readonly string[]): string {
  const verdicts = pythonVerdicts(format, documents);
  return verdicts.map(({ ok, reason }, index) => (ok ? "" : `${reason}\n${documents[index]}\n`)).join("");
}

/** What `promtool check metrics` complains about, without its advice about names and help. */
export function promtoolErrors(document: string): string {
  const options = { input: document, encoding: "utf8", maxBuffer: 2 ** 28 } as const;
  const { stderr, status, error } = spawnSync("promtool", ["check", "metrics"], options);
  if (error) throw new Error(`promtool failed (apt-get install prometheus): ${error.message}`);
  // Status 3 means advice only.
  return status === 0 || status === 3 ? "" : stderr;
}

/**
 * What promtool complains about in documents in 0.0.4, and the lines around it. One run for all: the names of each get a
 * prefix of their own, as no family may come twice.
 */
export function refusedByPromtool(documents: readonly string[]): string {
  const prefixed = documents.map((text, index) =>
    text.replaceAll(/^(# (?:HELP|TYPE) )?(?=[a-zA-Z_:])/gm, `$1d${index}_`),
  );
  const all = prefixed.join("");
  const complaint = promtoolErrors(all);
  const line = Number(/line (\d+)/.exec(complaint)?.[1] ?? 0);
  const around = all.split("\n").slice(Math.max(0, line - 5), line + 2);
  return complaint === "" ? "" : `${complaint}\n${around.join("\n")}`;
}

/**
 * What Prometheus' own parser of OpenMetrics complains about, which promtool has where it makes blocks of a text: its samples
 * must have timestamps, so each document gets one. One run for all documents, in a directory that may be written to.
 */
export function refusedByPrometheus(documents: readonly string[], directory: string): string {
  const dated = documents.map((text, index) =>
    text.replace(/# EOF\n$/, "").replaceAll(sampleWithoutTime, (sample) => `${sample} ${1_600_000_000 + index}`),
  );
  const file = path.join(directory, "all.openmetrics");
  writeFileSync(file, `${dated.join("")}# EOF\n`);
  const command = ["tsdb", "create-blocks-from", "openmetrics", file, path.join(directory, "blocks")];
  const { stderr, stdout, status, error } = spawnSync("promtool", command, { encoding: "utf8" });
  if (error) throw new Error(`promtool failed (apt-get install prometheus): ${error.message}`);
  return status === 0 ? "" : `${stdout}${stderr}`;
}

/** A line's name, labels and value, with nothing or an exemplar behind them. */
const sampleWithoutTime = /^(?!#)[^{ ]+(?:\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})? \S+(?= #|$)/gm;
