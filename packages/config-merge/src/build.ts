import { untypedText } from "@outrigger/formats/coerce";
import { FlatTree } from "@outrigger/formats/flat-tree";
import { type Format, formatOf, loadFormat, type ParsedText } from "@outrigger/formats/format";
import { nest } from "@outrigger/formats/nest";
import type { Node } from "@outrigger/formats/node";
import { plainOrigin } from "@outrigger/formats/origin";
import { literalSegments, parsePath } from "@outrigger/formats/path";
import { Problem, problemsOf } from "@outrigger/formats/problem";
import type { Schema } from "@outrigger/formats/schema";
import { SourceText } from "@outrigger/formats/source-text";
import { type Claims, type MergedTree, Tree } from "@outrigger/formats/tree";
import { type MergePlan, unknownFormat } from "./plan.ts";
import { isDirectory, type NamedValue, readDirectory } from "./sources/directory.ts";
import { readEnvironment } from "./sources/environment.ts";
import { expand } from "./sources/glob.ts";
import { type Literals, verbatim } from "./sources/literal.ts";
import { decode, forgiving, readSource } from "./sources/read.ts";
import type { PatchSpec, SourceSpec } from "./sources/spec.ts";
import { resolveText } from "./sources/value.ts";
import type { Volumes } from "./sources/volumes.ts";

export interface BuildContext {
  readonly environment: NodeJS.ProcessEnv;
  readonly volumes: Volumes;
  readonly literals: Literals;
  readonly warn: (message: string) => void;
  readonly report: (problem: Problem) => void;
}

/** Builds the merged tree of one output; its problems go to the context, all of them. */
export class Build {
  readonly tree: MergedTree;
  readonly format: Format;
  readonly #plan: MergePlan;
  readonly #name: string;
  readonly #context: BuildContext;
  readonly #schema: Schema | undefined;
  #base: ParsedText | undefined;
  #isFirst = true;

  private constructor(
    plan: MergePlan,
    name: string,
    format: Format,
    schema: Schema | undefined,
    context: BuildContext,
  ) {
    this.#plan = plan;
    this.#name = name;
    this.#context = context;
    this.format = format;
    const { warn, report } = context;
    this.#schema = schema;
    const expected = (path: readonly (string | number)[]) => schema?.expected(path);
    const { separator, number } = format;
    this.tree =
      separator === undefined
        ? new Tree({ arrays: plan.arrays, number, expected, warn, report })
        : new FlatTree(separator, report);
  }

  /** Merges all sources, then `set`. */
  static async of(plan: MergePlan, name: string, context: BuildContext): Promise<Build> {
    const format = await loadFormat(plan.format);
    const schema = await readSchema(plan.schema, context);
    const build = new Build(plan, name, format, schema, context);
    for (const source of plan.sources) await build.#attempt(() => build.#merge(source));
    for (const [path, value] of plan.set) await build.#attempt(() => build.#set(path, value));
    return build;
  }

  /** Lays an assignment of the command line over everything else. */
  assign(path: string, value: string): void {
    try {
      this.tree.set(parsePath(path), this.#resolve(path, value));
    } catch (error) {
      for (const problem of problemsOf(error)) this.#context.report(problem);
    }
  }

  /** Reports required paths without a value, and everything that breaks the schema. */
  verify(): void {
    for (const path of this.#plan.require) {
      const node = this.tree.find(parsePath(path));
      if (node !== undefined && node.kind !== "null") continue;
      this.#context.report(
        new Problem("value", `${path} is required in ${this.#name} but has no value`, {
          hint: "set it, give it in a source, or remove it from require",
        }),
      );
    }
    for (const problem of this.#schema?.check(this.tree.root, this.#name) ?? []) this.#context.report(problem);
  }

  /** The text of the output: the base document with its edits, or the whole tree in the format's canonical style. */
  text(): string {
    return this.#base === undefined ? this.format.write(this.tree.root) : this.#base.edit(this.tree.root);
  }

  async #attempt(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      for (const problem of problemsOf(error)) this.#context.report(problem);
    }
  }

  async #merge(source: SourceSpec): Promise<void> {
    const { environment, report } = this.#context;
    if (source.kind === "environment") {
      this.#setAll(readEnvironment(source.prefix, environment, report), true);
      return;
    }
    if (source.kind === "patch") {
      for (const part of expand(source)) await this.#patch(part);
      return;
    }
    for (const part of expand(source)) {
      if (part.path.endsWith("/") || isDirectory(part.path)) await this.#mergeDirectory(part);
      else await this.#mergeFile(part);
    }
  }

  async #mergeFile({ path, optional, format }: SourceSpec & { kind: "path" }): Promise<void> {
    const bytes = forgiving(optional, () => readSource(this.#context.volumes.resolve(path), path));
    if (bytes === undefined) return;
    const name = format ?? formatOf(path);
    if (name === undefined) throw unknownFormat(path);
    const source = await loadFormat(name);
    const parsed = source.parse(new SourceText(path, decode(bytes, path), { untyped: source.untyped }));
    if (this.#isFirst && name === this.#plan.format) this.#base = parsed;
    this.#isFirst = false;
    const { root } = parsed;
    if (source.separator === undefined || root.kind !== "map") this.tree.merge(root);
    else if (this.tree instanceof FlatTree && source.separator === this.format.separator) this.tree.mergeFlat(root);
    else this.tree.merge(nest(root, source.separator));
  }

  async #patch(source: PatchSpec): Promise<void> {
    this.#isFirst = false;
    const { readPatch } = await import("./sources/patch.ts");
    const patch = await readPatch(source, this.#context.volumes);
    if (patch !== undefined) this.tree.transform((root, replaced) => patch.apply(root, replaced));
  }

  async #mergeDirectory({ path, optional }: SourceSpec & { kind: "path" }): Promise<void> {
    const values = forgiving(optional, () => readDirectory(path, this.#context.volumes));
    if (values !== undefined) this.#setAll(values, false);
  }

  /** Sets the values of one directory or of the environment. A dot may separate keys where that names what exists. */
  #setAll(values: readonly NamedValue[], dotted: boolean): void {
    this.#isFirst = false;
    const claims: Claims = new Map();
    for (const { keys, text, origin } of values) {
      const value = untypedText(text, plainOrigin(origin, { secret: true, untyped: true }));
      const exact = literalSegments(keys);
      const split = literalSegments(keys.flatMap((key) => key.split(".")));
      const useSplit = dotted && split.length > exact.length && !this.#exists(exact) && this.#exists(split);
      this.tree.set(useSplit ? split : exact, value, claims);
    }
  }

  #exists(segments: ReturnType<typeof literalSegments>): boolean {
    try {
      return this.tree.find(segments) !== undefined;
    } catch (error) {
      // Ambiguous: setting it says so.
      return problemsOf(error).length > 0;
    }
  }

  async #set(path: string, value: unknown): Promise<void> {
    this.#isFirst = false;
    this.tree.set(parsePath(path), await this.#valueOf(path, value));
  }

  async #valueOf(path: string, value: unknown): Promise<Node> {
    if (typeof value === "string") return this.#resolve(path, value);
    return verbatim(value) ?? this.#context.literals.node(value, ["config", this.#name, "set", path]);
  }

  #resolve(path: string, value: string): Node {
    const { environment, volumes } = this.#context;
    return resolveText(value, { environment, volumes, purpose: `${path} of ${this.#name}` });
  }
}

/** The schema of an output; undefined when it has none, or one that is reported as missing or malformed. */
async function readSchema(file: string | undefined, { volumes, report }: BuildContext): Promise<Schema | undefined> {
  if (file === undefined) return undefined;
  try {
    const text = decode(readSource(volumes.resolve(file), file), file);
    const { Schema } = await import("@outrigger/formats/schema");
    return await Schema.parse(new SourceText(file, text));
  } catch (error) {
    for (const problem of problemsOf(error)) report(problem);
    return undefined;
  }
}
