import { chmodSync, chownSync, mkdirSync, rmdirSync, statSync } from "node:fs";
import path from "node:path";
import { Problem } from "@outrigger/formats/problem";
import type { DirectoryPlan } from "../plan.ts";
import { unwritable } from "./refusal.ts";
import { chown } from "./transaction.ts";

const defaultMode = 0o755;

/** The directories of a run that have to be made or changed. */
export class Directories {
  readonly #plans: readonly DirectoryPlan[];
  readonly #made: string[] = [];

  constructor(plans: readonly DirectoryPlan[]) {
    // With a final slash, stat(2) reports a file in the place of a directory as absent.
    this.#plans = plans
      .map((plan) => ({ ...plan, target: path.resolve(plan.target) }))
      .sort((a, b) => a.target.length - b.target.length);
  }

  /** The absolute paths, for checking whether the parent of an output will exist. */
  get paths(): ReadonlySet<string> {
    return new Set(this.#plans.map(({ target }) => target));
  }

  /** The directories that are missing, or have another mode or owner than asked for. */
  get outdated(): readonly DirectoryPlan[] {
    return this.#plans.filter((plan) => {
      const stat = statSync(plan.target, { throwIfNoEntry: false });
      return stat === undefined || differs(stat, plan);
    });
  }

  /** Makes what is missing. On failure (status 6) what was made is removed again. */
  make(): void {
    for (const plan of this.#plans) {
      try {
        this.#makeOne(plan);
      } catch (error) {
        this.remove();
        throw error instanceof Problem ? error : unwritable(plan.target, error);
      }
    }
  }

  /** Removes the directories that this run has made. */
  remove(): void {
    for (const directory of this.#made.toReversed()) {
      try {
        rmdirSync(directory);
      } catch {
        // No longer empty: somebody else uses it.
      }
    }
    this.#made.length = 0;
  }

  #makeOne(plan: DirectoryPlan): void {
    const { target, mode, owner } = plan;
    let stat = statSync(target, { throwIfNoEntry: false });
    if (stat !== undefined && !stat.isDirectory()) {
      throw new Problem("output", `cannot make the directory ${target}: a file is in its place`, {
        hint: "choose another path, or remove the final / to write a file",
      });
    }
    if (stat === undefined) {
      requireParent(target);
      mkdirSync(target);
      this.#made.push(target);
      chmodSync(target, mode ?? defaultMode);
      stat = statSync(target);
    }
    if (!differs(stat, plan)) return;
    if (owner !== undefined && (stat.uid !== owner.uid || stat.gid !== owner.gid)) {
      chown(target, owner, () => chownSync(target, owner.uid, owner.gid));
    }
    if (mode !== undefined) chmodSync(target, mode);
  }
}

function differs(stat: { uid: number; gid: number; mode: number }, { mode, owner }: DirectoryPlan): boolean {
  if (mode !== undefined && (stat.mode & 0o7777) !== mode) return true;
  return owner !== undefined && (stat.uid !== owner.uid || stat.gid !== owner.gid);
}

function requireParent(target: string): void {
  const parent = path.dirname(target);
  if (statSync(parent, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new Problem("output", `cannot make the directory ${target}: ${parent} does not exist`, {
    hint: `add a volumeMount at ${parent}, or make ${parent}/ an output too`,
  });
}
