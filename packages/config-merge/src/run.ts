import { type Problem, Problems, problemsOf } from "@outrigger/formats/problem";
import type { Log } from "@outrigger/runtime/log";
import type { Assignment, Mode } from "./arguments.ts";
import { assignAll } from "./assign.ts";
import { Build, type BuildContext } from "./build.ts";
import { Directories } from "./output/directories.ts";
import { inspectTarget, type Target } from "./output/target.ts";
import { needsAdjusting, Transaction, type Write } from "./output/transaction.ts";
import type { OutputPlan, Plan } from "./plan.ts";
import type { Literals } from "./sources/literal.ts";
import { isAbsent, readSource } from "./sources/read.ts";
import { Volumes } from "./sources/volumes.ts";
import { writeOut } from "./stdout.ts";

export interface RunOptions {
  readonly plan: () => Plan;
  readonly assignments: readonly Assignment[];
  readonly modes: ReadonlySet<Mode>;
  readonly literals: Literals;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Log;
  /** A signal that asks for the end; looked at before anything is renamed. */
  readonly signalled: () => NodeJS.Signals | undefined;
  /** One pass of many. That nothing changed is no news then, and a log kept beside a source must not lead to the next pass. */
  readonly repeated?: boolean;
}

export interface Outcome {
  readonly status: number;
  /** The outputs that got other bytes. */
  readonly changed: readonly string[];
  readonly outputs: readonly BuiltOutput[];
}

/** The bytes of one output, and what they were made of. */
export interface BuiltOutput {
  readonly plan: OutputPlan;
  readonly bytes: Buffer;
  readonly build: Build | undefined;
}

/** How often a run starts again because a volume was swapped under it. */
const maximumSwaps = 5;

/**
 * One pass: read every source, build every output in memory, then write all of them or none. Throws Problems with
 * everything that is wrong; nothing has been written then.
 */
export async function run(options: RunOptions): Promise<Outcome> {
  for (let swaps = 0; ; swaps++) {
    const volumes = new Volumes();
    const warnings: string[] = [];
    try {
      const plan = options.plan();
      const outputs = await buildAll(plan, options, volumes, warnings);
      for (const warning of warnings) options.log.warn(warning);
      return await finish(plan, outputs, options);
    } catch (error) {
      const swapped = problemsOf(error).some((problem) => isAbsent(problem)) && volumes.stale;
      if (!swapped || swaps === maximumSwaps) throw error;
    }
  }
}

async function buildAll(
  plan: Plan,
  { assignments, literals, environment }: RunOptions,
  volumes: Volumes,
  warnings: string[],
): Promise<BuiltOutput[]> {
  const problems: Problem[] = [];
  const report = (problem: Problem) => problems.push(problem);
  const context: BuildContext = { environment, volumes, literals, warn: (message) => warnings.push(message), report };
  const builds = new Map<string, Build>();
  for (const { target, body } of plan.outputs) {
    const name = target ?? "stdout";
    if (body.kind === "merge") builds.set(name, await Build.of(body, name, context));
  }
  const attempt = <T>(step: () => T): T | undefined => {
    try {
      return step();
    } catch (error) {
      problems.push(...problemsOf(error));
      return undefined;
    }
  };
  // Where an assignment belongs can only be told when every source has been read.
  if (problems.length === 0 || builds.size === 1) attempt(() => assignAll(assignments, builds));
  // A tree that lacks what could not be read breaks rules for no reason of its own.
  for (const build of builds.values())
    if (problems.every(({ code }) => code === "value")) attempt(() => build.verify());
  const outputs: BuiltOutput[] = [];
  for (const output of plan.outputs) {
    const build = builds.get(output.target ?? "stdout");
    const bytes =
      problems.length === 0 || build === undefined ? attempt(() => bytesOf(output, build, volumes)) : undefined;
    if (bytes !== undefined) outputs.push({ plan: output, bytes, build });
  }
  // What is wrong with the places of the outputs is said in the same run.
  if (problems.length > 0) throw new Problems([...problems, ...inspectTargets(plan.outputs, plan).problems]);
  return outputs;
}

/** The bytes of an output; undefined for a copy whose optional source is absent. */
function bytesOf({ body }: OutputPlan, build: Build | undefined, volumes: Volumes): Buffer | undefined {
  if (build !== undefined) return Buffer.from(build.text());
  if (body.kind === "content") return Buffer.from(body.text);
  if (body.kind !== "copy") return undefined;
  try {
    return readSource(volumes.resolve(body.source), body.source);
  } catch (error) {
    if (body.optional && isAbsent(error)) return undefined;
    throw error;
  }
}

async function finish(plan: Plan, outputs: readonly BuiltOutput[], options: RunOptions): Promise<Outcome> {
  const { modes } = options;
  const directories = new Directories(plan.directories);
  const writes = collectWrites(plan, outputs);
  if (modes.has("explain")) await explain(outputs);
  if (modes.has("diff")) await (await import("./diff/outputs.ts")).printDiffs(outputs, writes);
  if (modes.has("check-output"))
    return { status: checkOutputs(writes, directories, options.log), changed: [], outputs };
  if (modes.size > 0) return { status: 0, changed: [], outputs };
  for (const { plan: output, bytes } of outputs) if (output.target === undefined) await writeOut(bytes);
  return { ...(await write(writes, directories, options)), outputs };
}

function collectWrites(plan: Plan, outputs: readonly BuiltOutput[]): Write[] {
  const { targets, problems } = inspectTargets(
    outputs.map((output) => output.plan),
    plan,
  );
  if (problems.length > 0) throw new Problems(problems);
  return outputs.flatMap(({ plan: { target, mode, owner }, bytes }) =>
    target === undefined ? [] : [{ target: targets.get(target) as Target, bytes, mode, owner }],
  );
}

/** The places of outputs as they are, and what is wrong with them. */
function inspectTargets(
  outputs: readonly OutputPlan[],
  plan: Plan,
): { targets: ReadonlyMap<string, Target>; problems: readonly Problem[] } {
  const { paths } = new Directories(plan.directories);
  const targets = new Map<string, Target>();
  const problems: Problem[] = [];
  for (const { target } of outputs) {
    if (target === undefined) continue;
    try {
      targets.set(target, inspectTarget(target, paths));
    } catch (error) {
      problems.push(...problemsOf(error));
    }
  }
  return { targets, problems };
}

async function explain(outputs: readonly BuiltOutput[]): Promise<void> {
  const { explainTree } = await import("./explain.ts");
  const lines: string[] = [];
  for (const { plan, build } of outputs) {
    if (build === undefined || plan.body.kind !== "merge") continue;
    const prefix = outputs.length > 1 ? `${plan.target}: ` : "";
    for (const line of explainTree(build.tree, plan.body)) lines.push(prefix + line);
  }
  await writeOut(Buffer.from(lines.map((line) => `${line}\n`).join("")));
}

function checkOutputs(writes: readonly Write[], directories: Directories, log: Log): number {
  const outdated = [
    ...directories.outdated.map(({ target }) => target),
    ...writes.filter((write) => Transaction.changes(write) || needsAdjusting(write)).map(({ target }) => target.shown),
  ];
  for (const target of outdated) log.warn(`${target} is out of date; run config-merge without --check-output`);
  return outdated.length > 0 ? 10 : 0;
}

async function write(
  writes: readonly Write[],
  directories: Directories,
  { log, signalled, repeated = false }: RunOptions,
): Promise<Omit<Outcome, "outputs">> {
  const changed = writes.filter((write) => Transaction.changes(write)).map(({ target }) => target.shown);
  if (await interrupted(signalled)) return { status: statusOf(signalled), changed: [] };
  directories.make();
  const transaction = new Transaction(writes);
  try {
    transaction.stage();
    if (await interrupted(signalled)) {
      transaction.abandon();
      directories.remove();
      return { status: statusOf(signalled), changed: [] };
    }
    transaction.commit();
  } catch (error) {
    directories.remove();
    throw error;
  }
  const level = repeated && changed.length === 0 ? "debug" : "info";
  if (writes.length > 0) log[level](summary(changed, writes.length), { changed });
  return { status: 0, changed };
}

/** Lets a signal that has arrived meanwhile be delivered. */
async function interrupted(signalled: () => NodeJS.Signals | undefined): Promise<boolean> {
  await new Promise((resolve) => setImmediate(resolve));
  return signalled() !== undefined;
}

function statusOf(signalled: () => NodeJS.Signals | undefined): number {
  return signalled() === "SIGINT" ? 130 : 143;
}

function summary(changed: readonly string[], count: number): string {
  if (changed.length === 0)
    return `nothing to do: ${count === 1 ? "the output is" : `all ${count} outputs are`} up to date`;
  return `wrote ${changed.join(", ")}`;
}
