import { basename } from "node:path";
import {
  duration,
  either,
  type Infer,
  Invalid,
  list,
  normalize,
  object,
  oneOf,
  optional,
  port,
  size,
  text,
  withDefault,
} from "@outrigger/runtime/schema";
import type { Section } from "@outrigger/runtime/section";
import { patternProblem } from "@outrigger/tail/pattern";
import { type RecordSettings, recordKeys, recordSettings, sharedRecordKeys } from "./record-keys.ts";

const pattern = normalize(text("A path or glob: * ? ** [] {a,b}.", { nonEmpty: true }), (value) => {
  const problem = patternProblem(value);
  if (problem !== undefined) throw new Invalid(problem);
  return value;
});

const start = oneOf("Where to begin in files that exist at the start and that no checkpoint knows.", [
  "beginning",
  "end",
]);

const exclude = list("Globs, against absolute paths, of files not to read.", pattern);

const partialFlush = duration("An unterminated last line is written after this long without growth.", {
  min: "1ms",
  max: "1h",
});

/** What a source may say. */
const sourceKeys = {
  name: optional(text("Label of the source's files; their base names by default.", { nonEmpty: true })),
  files: optional(list("Files to read: paths and globs. They need not exist yet.", pattern)),
  exclude: optional(exclude),
  start: optional(start),
  ...recordKeys,
  partialFlush: optional(partialFlush),
};

/** The same keys at the top of the section, where they are the defaults of all sources. */
const sharedKeys = {
  ...sourceKeys,
  exclude: withDefault(exclude, []),
  start: withDefault(start, "beginning"),
  ...sharedRecordKeys,
  partialFlush: withDefault(partialFlush, "1s"),
};

const logs = normalize(
  object("log-tailer: log files to standard output.", {
    ...sharedKeys,
    sources: optional(
      list(
        "What to read, when several kinds of files need different treatment.",
        object("One kind of files.", sourceKeys),
      ),
    ),
    watch: withDefault(
      oneOf("How changes are noticed: inotify and polling, or polling alone.", ["auto", "inotify", "poll"]),
      "auto",
    ),
    pollInterval: withDefault(duration("How often everything is looked at.", { min: "10ms", max: "1h" }), "1s"),
    rotateGrace: withDefault(
      duration("A renamed or deleted file is kept until its end and this long without growth.", { max: "24h" }),
      "5s",
    ),
    checkpoint: withDefault(
      normalize(
        text("Where offsets are kept, to survive a restart: off, or the path of a file.", { nonEmpty: true }),
        checkpointPath,
      ),
      "off",
    ),
    drainTimeout: withDefault(
      duration("On SIGTERM: how long to read on to the end of every file.", { max: "24h" }),
      "25s",
    ),
    quiet: withDefault(duration("On SIGTERM: go on until the files were quiet for this long.", { max: "24h" }), "0s"),
    exitWhen: withDefault(
      either("End by itself: at the end of all files, or when a file appears.", [
        oneOf("never, or at the end of all files.", ["never", "eof"]),
        object("When a file appears.", { file: text("Its path.", { nonEmpty: true }) }),
      ]),
      "never",
    ),
    rateLimit: withDefault(
      object("How much is written, all files together.", {
        bytesPerSecond: withDefault(size("0: as much as there is."), 0),
        policy: withDefault(
          oneOf("What becomes of more: reading waits, lines are left out, or one in so many lines is kept.", [
            "block",
            "drop",
            "sample",
          ]),
          "block",
        ),
      }),
      {},
    ),
    admin: withDefault(object("Endpoints for probes and metrics.", { port: withDefault(port("0: none."), 9901) }), {}),
  }),
  ({ sources, ...section }) => {
    const { watch, pollInterval, rotateGrace, checkpoint, drainTimeout, quiet, exitWhen, ...others } = section;
    const { rateLimit, admin, ...defaults } = others;
    const rest = { watch, pollInterval, rotateGrace, checkpoint, drainTimeout, quiet, exitWhen, rateLimit, admin };
    return { ...rest, sources: resolveSources(defaults, sources ?? []) };
  },
);

type SourceInput = { readonly [K in keyof typeof sourceKeys]?: Infer<(typeof sourceKeys)[K]> };
/** Everything has a default but these two. */
type SharedInput = Pick<SourceInput, "name" | "files"> & Omit<Source, "name" | "files">;

/** One kind of files and what happens to their lines. */
export interface Source extends RecordSettings {
  /** Undefined: each file's base name. */
  readonly name: string | undefined;
  readonly files: readonly string[];
  readonly exclude: readonly string[];
  readonly start: "beginning" | "end";
  /** Milliseconds. */
  readonly partialFlush: number;
}

export type LogsConfig = Infer<typeof logs>;

/** The section `logs`. */
export const logsSection: Section<LogsConfig> = { key: "logs", schema: logs, warnings };

/** What is valid but may not do what its author thinks, one sentence each. */
export function warnings({ sources }: LogsConfig): string[] {
  return sources.flatMap((source) => {
    if (typeof source.stream === "string" || source.parse !== undefined) return [];
    const levels = source.stream.stderr.join(", ");
    return [`source ${labelOf(source)}: without parse no record has a level, so none goes to stderr as ${levels}`];
  });
}

/** The name of a source in metrics: never a path. */
export function labelOf({ name, files }: Source): string {
  return name ?? basename(files[0]!);
}

/** Undefined: none is kept. YAML 1.1 users write `off` as a word, which is text here. */
function checkpointPath(value: string): string | undefined {
  if (value === "off") return undefined;
  if (value.includes("/")) return value;
  throw new Invalid(`"${value}" is no path: write off, or a path such as /data/log-tailer.json`);
}

/** `files` at the top is one more source, or what sources without files of their own read. */
function resolveSources(defaults: SharedInput, sources: readonly SourceInput[]): Source[] {
  const isShared = sources.some(({ files }) => files === undefined);
  const all = defaults.files === undefined || isShared ? sources : [...sources, {}];
  const resolved = all.map((source, index) => resolveSource(defaults, source, index));
  if (resolved.length === 0) throw new Invalid("there is nothing to read: write files: [/logs/*.log]", ["files"]);
  return resolved;
}

function resolveSource(defaults: SharedInput, source: SourceInput, index: number): Source {
  const files = source.files ?? defaults.files ?? [];
  if (files.length === 0) {
    const path = source.files === undefined ? ["files"] : ["sources", index, "files"];
    throw new Invalid("there is nothing to read: write files: [/logs/*.log]", path);
  }
  return {
    name: source.name ?? defaults.name,
    files,
    exclude: source.exclude ?? defaults.exclude,
    start: source.start ?? defaults.start,
    ...recordSettings(source, defaults),
    partialFlush: source.partialFlush ?? defaults.partialFlush,
  };
}
