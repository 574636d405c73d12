import { formatNames, formatOf } from "@outrigger/formats/format";
import { parsePath } from "@outrigger/formats/path";
import { problemsOf } from "@outrigger/formats/problem";
import {
  anything,
  either,
  flag,
  type Infer,
  Invalid,
  list,
  map,
  normalize,
  object,
  oneOf,
  optional,
  text,
  withDefault,
} from "@outrigger/runtime/schema";
import type { Section } from "@outrigger/runtime/section";
import { type PatchSpec, parseSource, type SourceSpec } from "./sources/spec.ts";

const format = oneOf("the format, when the extension does not tell it", formatNames);

const source = normalize(
  either("where values come from", [
    text("a file, a directory (one key per file), or env:PREFIX*", { nonEmpty: true }),
    object("a file or directory with options", {
      file: text("the path of a file or directory", { nonEmpty: true }),
      optional: optional(flag("whether the file or directory may be absent")),
      format: optional(format),
    }),
    object("a JSON Patch: operations on what the sources before it gave (RFC 6902)", {
      patch: text("the path of a list of operations, in JSON or YAML", { nonEmpty: true }),
      optional: optional(flag("whether the patch may be absent")),
      format: optional(oneOf("the format, when the extension does not tell it", ["json", "yaml"])),
    }),
  ]),
  (value): SourceSpec => {
    if (typeof value === "string") return rethrowing(() => parseSource(value));
    if ("patch" in value) return patchSource(value);
    return { kind: "path", path: value.file, optional: value.optional, format: value.format };
  },
);

function patchSource(
  value: Pick<PatchSpec, "optional"> & { patch: string; format?: PatchSpec["format"] | undefined },
): SourceSpec {
  const format = value.format ?? formatOf(value.patch);
  if (format !== "json" && format !== "yaml")
    throw new Invalid("must be a JSON or YAML file by its extension; else add format: json or format: yaml", ["patch"]);
  return { kind: "patch", path: value.patch, optional: value.optional, format };
}

const path = (description: string) =>
  normalize(text(description, { nonEmpty: true, expected: "a path such as Logging.LogLevel" }), (value) => {
    rethrowing(() => parsePath(value));
    return value;
  });

const arrays = either("how lists merge", [
  oneOf("the same for every list", ["replace", "append", "index"]),
  object("lists of maps merge by one of their keys", {
    by: text("the key that tells elements apart", { nonEmpty: true }),
  }),
]);

const modeHint = 'permission bits in quotes, such as "0644"';

// An unquoted 0644 is the decimal number 644 in YAML 1.2, and so no text.
const mode = normalize(
  text("permission bits, exact whatever the umask", { pattern: /^0?[0-7]{3,4}$/, expected: modeHint }),
  (value) => Number.parseInt(value, 8),
);

const owner = normalize(
  text("who owns the output, as numbers; needs the right to chown", {
    pattern: /^[0-9]{1,10}:[0-9]{1,10}$/,
    expected: '"uid:gid" in numbers, such as "33:33"',
  }),
  (value): Owner => {
    const [uid, gid] = value.split(":").map(Number) as [number, number];
    return { uid, gid };
  },
);

/** Numeric owner of an output. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

const output = object("one output", {
  from: optional(list("where the values come from; later ones win", source)),
  set: optional(
    map(
      "single values: env:NAME, env:NAME:-default, file:/path, text, or a literal; null deletes",
      anything("the value"),
    ),
  ),
  arrays: withDefault(arrays, "replace"),
  require: optional(list("paths that must have a value", path("a path"))),
  schema: optional(text("a JSON Schema that the output must satisfy", { nonEmpty: true })),
  format: optional(format),
  mode: optional(mode),
  owner: optional(owner),
  content: optional(text("the exact text of the output")),
});

/** One output as configured. */
export type OutputConfig = Infer<typeof output>;
/** The `config` section: outputs by path; a path with a final slash is a directory. */
export type MergeConfig = Readonly<Record<string, OutputConfig>>;

/** Keys that mean nothing for a directory output. */
const fileKeys = ["from", "set", "require", "schema", "format", "content"] as const;

export const configSection: Section<MergeConfig> = {
  key: "config",
  schema: map("output files by path", output),
  complete(value, _root, report) {
    for (const [target, { content, ...rest }] of Object.entries(value)) {
      for (const key of Object.keys(rest.set ?? {})) {
        try {
          parsePath(key);
        } catch (error) {
          for (const problem of problemsOf(error)) report([target, "set", key], problem.message);
        }
      }
      if (target.endsWith("/")) {
        const given = fileKeys.filter((key) => value[target]?.[key] !== undefined);
        for (const key of given) report([target, key], `a directory output takes mode and owner only; remove ${key}`);
      } else if (content === undefined && rest.from === undefined && rest.set === undefined) {
        report([target], "says nothing about its content; give from, set or content");
      } else if (content !== undefined) {
        const given = (["from", "set"] as const).filter((key) => rest[key] !== undefined);
        for (const key of given) report([target, key], `excludes content; remove ${key} or content`);
      }
    }
    return value;
  },
};

function rethrowing<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const [problem] = problemsOf(error);
    throw new Invalid([problem?.message, problem?.hint].filter(Boolean).join("; "));
  }
}
