/** Strict parser of OpenMetrics 1.0, with the verdicts of the OpenMetrics project's own test suite. */
import { ExpositionError, type Family, type FamilyType, type Sample, seriesKey } from "./document.ts";
import { checkGroups, checkSample, groupKey, type TimedSample } from "./openmetrics-rules.ts";
import { LineError, readSample } from "./sample-line.ts";

const dialect = { strict: true };

/** What may follow the family's name, by type. */
export const suffixes: Readonly<Record<FamilyType, readonly string[]>> = {
  counter: ["_total", "_created"],
  gauge: [""],
  histogram: ["_bucket", "_sum", "_count", "_created"],
  gaugehistogram: ["_bucket", "_gsum", "_gcount"],
  summary: ["", "_sum", "_count", "_created"],
  info: ["_info"],
  stateset: [""],
  unknown: [""],
};

interface Draft {
  /** Without the suffix of its samples. */
  readonly name: string;
  type?: FamilyType;
  help?: string;
  unit?: string;
  readonly samples: TimedSample[];
  readonly groups: Set<string>;
  group: string | undefined;
}

/** Parses a whole exposition. @throws ExpositionError */
export function parseOpenMetrics(text: string): Family[] {
  const parser = new Parser();
  const lines = text.split("\n");
  // A line end behind the last line is optional.
  if (lines.at(-1) === "") lines.pop();
  lines.forEach((line, index) => {
    try {
      parser.line(line);
    } catch (error) {
      if (error instanceof LineError) throw new ExpositionError(error.message, index + 1);
      throw error;
    }
  });
  try {
    return parser.end();
  } catch (error) {
    if (error instanceof LineError) throw new ExpositionError(error.message, lines.length);
    throw error;
  }
}

class Parser {
  readonly #families: Family[] = [];
  readonly #names = new Set<string>();
  #draft: Draft | undefined;
  #ended = false;

  line(line: string): void {
    if (this.#ended) throw new LineError("there is text behind # EOF");
    if (line === "") throw new LineError("there is an empty line");
    if (line === "# EOF") {
      this.#ended = true;
    } else if (line.startsWith("#")) this.#metadata(line);
    else this.#sample(line);
  }

  end(): Family[] {
    if (!this.#ended) throw new LineError("# EOF is missing: the text is cut off");
    this.#finish();
    return this.#families;
  }

  #metadata(line: string): void {
    const [, keyword, name = "", rest = ""] = /^# (HELP|TYPE|UNIT) (\S+) (.*)$/s.exec(line) ?? [];
    if (keyword === undefined) throw new LineError("this is neither HELP, TYPE, UNIT nor a sample");
    if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) throw new LineError(`"${name}" is no metric name`);
    const draft = this.#draft?.name === name ? this.#draft : this.#begin(name);
    if (draft.samples.length > 0) throw new LineError(`${keyword} of ${name} after its samples`);
    if (keyword === "TYPE") {
      if (draft.type !== undefined) throw new LineError(`a second TYPE for ${name}`);
      if (!Object.hasOwn(suffixes, rest)) throw new LineError(`"${rest}" is no type`);
      draft.type = rest as FamilyType;
    } else if (keyword === "HELP") {
      if (draft.help !== undefined) throw new LineError(`a second HELP for ${name}`);
      draft.help = rest.replace(/\\([\\n"])/g, (_escape, char: string) => (char === "n" ? "\n" : char));
    } else {
      if (draft.unit !== undefined) throw new LineError(`a second UNIT for ${name}`);
      draft.unit = rest;
    }
  }

  #sample(line: string): void {
    const sample = readSample(line, dialect);
    let draft = this.#draft;
    if (!draft || !suffixes[draft.type ?? "unknown"].some((suffix) => draft?.name + suffix === sample.name)) {
      draft = this.#begin(sample.name);
    }
    const type = draft.type ?? "unknown";
    checkSample(draft.name, type, sample);
    const group = groupKey(draft.name, type, sample);
    if (group !== draft.group) {
      if (draft.groups.has(group)) throw new LineError(`the samples of one group of ${draft.name} are not together`);
      draft.groups.add(group);
      draft.group = group;
    }
    draft.samples.push(sample);
  }

  #begin(name: string): Draft {
    this.#finish();
    this.#draft = { name, samples: [], groups: new Set(), group: undefined };
    return this.#draft;
  }

  #finish(): void {
    const draft = this.#draft;
    if (!draft) return;
    const { name, samples, unit = "", help } = draft;
    const type = draft.type ?? "unknown";
    for (const suffix of new Set(["", ...suffixes[type]])) {
      if (this.#names.has(name + suffix))
        throw new LineError(`the name ${name + suffix} belongs to another metric already`);
      this.#names.add(name + suffix);
    }
    if (unit !== "") {
      if (!name.endsWith(`_${unit}`)) throw new LineError(`the unit ${unit} is no suffix of ${name}`);
      if (type === "info" || type === "stateset") throw new LineError(`a metric of type ${type} has no unit`);
    }
    checkGroups(name, type, samples);
    if (samples.length === 0) return;
    const exposed = type === "counter" ? `${name}_total` : type === "info" ? `${name}_info` : name;
    this.#families.push({
      name: exposed,
      type,
      samples: withoutTimestamps(samples),
      ...(help !== undefined && help !== "" && { help }),
      ...(unit !== "" && { unit }),
    });
  }
}

/** The same series may come several times with rising timestamps; the last one counts. */
function withoutTimestamps(samples: readonly TimedSample[]): Sample[] {
  const last = new Map<string, Sample>();
  for (const { timestamp: _dropped, ...sample } of samples) last.set(seriesKey(sample.name, sample.labels), sample);
  return [...last.values()];
}
