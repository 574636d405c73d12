/** Strict parser of the Prometheus text format, version 0.0.4. */
import { ExpositionError, type Family, type FamilyType, type Sample, seriesKey } from "./document.ts";
import { LineError, readSample } from "./sample-line.ts";

const dialect = { strict: false };
const types = ["counter", "gauge", "histogram", "summary", "untyped"];

interface Draft {
  name: string;
  type?: FamilyType;
  help?: string;
  samples: Sample[];
}

/**
 * Parses a whole exposition.
 *
 * @throws ExpositionError for anything that the format does not allow, and for the same series twice. A last line without
 *   its line end is a half-written one.
 */
export function parseText(text: string): Family[] {
  const drafts = new Map<string, Draft>();
  const seen = new Set<string>();
  if (text !== "" && !text.endsWith("\n")) {
    throw new ExpositionError("the last line has no line end: it is half written", text.split("\n").length);
  }
  for (const [index, line] of text.split("\n").entries()) {
    try {
      readLine(line, drafts, seen);
    } catch (error) {
      if (error instanceof LineError) throw new ExpositionError(error.message, index + 1);
      throw error;
    }
  }
  return [...drafts.values()]
    .filter(({ samples }) => samples.length > 0)
    .map((draft) => ({ ...draft, type: draft.type ?? "unknown" }));
}

function readLine(line: string, drafts: Map<string, Draft>, seen: Set<string>): void {
  const content = line.replace(/^[ \t]+/, "");
  if (content === "") return;
  if (content.startsWith("#")) {
    readComment(content, drafts);
    return;
  }
  const { timestamp: _dropped, ...sample } = readSample(content, dialect);
  const key = seriesKey(sample.name, sample.labels);
  if (seen.has(key)) throw new LineError(`the series ${sample.name} with these labels appears twice`);
  seen.add(key);
  draftOf(sample, drafts).samples.push(sample);
}

/** `# HELP name text` and `# TYPE name type`; other comments have no meaning. */
function readComment(line: string, drafts: Map<string, Draft>): void {
  const [, keyword, name = "", rest = ""] = /^#[ \t]*(HELP|TYPE)[ \t]+([^ \t]+)[ \t]?(.*)$/.exec(line) ?? [];
  if (keyword === undefined) return;
  if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) throw new LineError(`"${name}" is no metric name`);
  const draft = drafts.get(name) ?? { name, samples: [] };
  drafts.set(name, draft);
  if (keyword === "HELP") {
    if (draft.help !== undefined) throw new LineError(`a second HELP for ${name}`);
    draft.help = rest.replace(/\\([\\n])/g, (_escape, char) => (char === "n" ? "\n" : "\\"));
    return;
  }
  const type = rest.trim();
  if (draft.type !== undefined) throw new LineError(`a second TYPE for ${name}`);
  if (draft.samples.length > 0) throw new LineError(`TYPE of ${name} after its samples`);
  if (!types.includes(type)) throw new LineError(`"${type}" is no type`);
  draft.type = type === "untyped" ? "unknown" : (type as FamilyType);
}

/** The family of a sample: its own name, or the histogram or summary that it is a part of. */
function draftOf(sample: Sample, drafts: Map<string, Draft>): Draft {
  const [, base = "", suffix = ""] = /^(.+)(_bucket|_sum|_count)$/.exec(sample.name) ?? [];
  const whole = drafts.get(base);
  if (whole?.type === "histogram" || (whole?.type === "summary" && suffix !== "_bucket")) {
    checkBound(sample, suffix, "le");
    return whole;
  }
  const own = drafts.get(sample.name) ?? { name: sample.name, samples: [] };
  drafts.set(sample.name, own);
  if (own.type === "histogram") throw new LineError(`${sample.name} is a histogram and has no samples of that name`);
  if (own.type === "summary") checkBound(sample, "_bucket", "quantile");
  return own;
}

function checkBound({ name, labels }: Sample, suffix: string, label: string): void {
  if (suffix !== "_bucket") return;
  const bound = labels.find(([key]) => key === label);
  if (bound === undefined) throw new LineError(`${name} has no label ${label}`);
  const value = readBound(bound[1]);
  if (Number.isNaN(value)) throw new LineError(`${name} has no number in its label ${label}`);
}

function readBound(text: string): number {
  const word = text.replace(/^\+?inf(inity)?$/i, "Infinity").replace(/^-inf(inity)?$/i, "-Infinity");
  return text.trim() === "" ? Number.NaN : Number(word);
}
