import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { Problem, Problems } from "@outrigger/formats/problem";
import { systemCode } from "@outrigger/runtime/errors";
import type { Owner } from "../config.ts";
import { isMountPoint } from "./mounts.ts";
import { cannotChown, singleFile, unwritable } from "./refusal.ts";
import type { Target } from "./target.ts";
import { removeAbandoned, temporaryName } from "./temporary.ts";

/** What is to stand at a target. */
export interface Write {
  readonly target: Target;
  readonly bytes: Buffer;
  readonly mode: number | undefined;
  readonly owner: Owner | undefined;
}

interface Staged {
  readonly write: Write;
  readonly temporary: string;
  /** The old output under another name, to put it back. */
  backup: string | undefined;
  renamed: boolean;
}

const defaultMode = 0o644;

/**
 * Writes of one run: all of them happen, or none. `stage` writes and fsyncs everything beside its target, `commit`
 * renames. A crash in between leaves each output old or new as a whole; what stays beside them, the next run removes.
 */
export class Transaction {
  readonly #staged: Staged[] = [];
  readonly #writes: readonly Write[];

  constructor(writes: readonly Write[]) {
    this.#writes = writes;
  }

  /** Whether the bytes of an output differ from what is there. */
  static changes({ target: { existing }, bytes }: Write): boolean {
    return existing?.bytes === undefined || !existing.bytes.equals(bytes);
  }

  /** Stages every output that changes. On any problem nothing is left behind, and all problems are thrown (status 6). */
  stage(): void {
    for (const directory of new Set(this.#writes.map(({ target }) => target.directory))) removeAbandoned(directory);
    const problems: Problem[] = [];
    for (const write of this.#writes) {
      if (!Transaction.changes(write)) continue;
      try {
        this.#staged.push({ write, temporary: stageOne(write), backup: undefined, renamed: false });
      } catch (error) {
        problems.push(error instanceof Problem ? error : unwritable(write.target.shown, error));
      }
    }
    if (problems.length === 0) return;
    this.abandon();
    throw new Problems(problems);
  }

  /** Removes what was staged. */
  abandon(): void {
    for (const { temporary, backup } of this.#staged) {
      remove(temporary);
      if (backup !== undefined) remove(backup);
    }
    this.#staged.length = 0;
  }

  /** Renames everything into place and makes it durable; after a failure the old outputs are back (status 6). */
  commit(): void {
    let current: Write | undefined;
    try {
      for (const staged of this.#staged) {
        current = staged.write;
        // One rename is all or nothing by itself.
        if (this.#staged.length > 1) staged.backup = keep(staged.write.target);
        renameSync(staged.temporary, staged.write.target.file);
        staged.renamed = true;
      }
      for (const write of this.#writes) {
        current = write;
        if (!Transaction.changes(write)) adjust(write);
      }
      for (const directory of new Set(this.#staged.map(({ write }) => write.target.directory)))
        syncDirectory(directory);
    } catch (error) {
      this.#putBack();
      throw error instanceof Problem ? error : unwritable((current as Write).target.shown, error);
    }
    for (const { backup } of this.#staged) if (backup !== undefined) remove(backup);
  }

  #putBack(): void {
    for (const staged of this.#staged.toReversed()) {
      if (!staged.renamed) continue;
      if (staged.backup !== undefined) renameSync(staged.backup, staged.write.target.file);
      else if (staged.write.target.existing === undefined) remove(staged.write.target.file);
    }
    this.abandon();
  }
}

function stageOne({ target, bytes, mode, owner }: Write): string {
  if (target.existing !== undefined && isMountPoint(target.file)) {
    const { reason, hint } = singleFile();
    throw new Problem("output", `cannot write ${target.shown}: ${reason}`, { hint });
  }
  const temporary = temporaryName(target.file);
  const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;
  const descriptor = openSync(temporary, flags, 0o600);
  try {
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
      if (owner !== undefined) chown(target.shown, owner, () => fchownSync(descriptor, owner.uid, owner.gid));
      // After chown, which clears the set-id bits.
      fchmodSync(descriptor, mode ?? modeOf(target));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    remove(temporary);
    throw error;
  }
  return temporary;
}

function modeOf({ existing }: Target): number {
  return existing === undefined ? defaultMode : existing.stat.mode & 0o7777;
}

/** Whether an output with the right bytes has another mode or owner than asked for. */
export function needsAdjusting({ target: { existing }, mode, owner }: Write): boolean {
  if (existing === undefined) return false;
  return (mode !== undefined && mode !== modeOf({ existing } as Target)) || !isOwnedBy(existing.stat, owner);
}

function isOwnedBy(stat: { uid: number; gid: number }, owner: Owner | undefined): boolean {
  return owner === undefined || (stat.uid === owner.uid && stat.gid === owner.gid);
}

/** Applies mode and owner to an output whose bytes are right already. */
function adjust(write: Write): void {
  const { target, mode, owner } = write;
  if (target.existing === undefined || !needsAdjusting(write)) return;
  if (owner !== undefined && !isOwnedBy(target.existing.stat, owner)) {
    chown(target.shown, owner, () => chownSync(target.file, owner.uid, owner.gid));
  }
  chmodSync(target.file, mode ?? modeOf(target));
}

/** Runs `change`; without the right to it, the refusal says who we are. */
export function chown(shown: string, owner: Owner, change: () => void): void {
  try {
    change();
  } catch (error) {
    // EINVAL: our user namespace has no such id.
    throw ["EPERM", "EINVAL"].includes(systemCode(error) ?? "") ? cannotChown(shown, owner) : error;
  }
}

/** Keeps the old output under another name: a hard link, or a copy where links are not possible. */
function keep(target: Target): string | undefined {
  if (target.existing === undefined) return undefined;
  const backup = temporaryName(target.file);
  try {
    linkSync(target.file, backup);
  } catch {
    copyFileSync(target.file, backup, constants.COPYFILE_EXCL);
  }
  return backup;
}

function remove(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // Gone already.
  }
}

/** Makes renames in a directory durable; a file system that cannot (EINVAL) has no need to. */
function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } catch (error) {
    if (systemCode(error) !== "EINVAL") throw error;
  } finally {
    closeSync(descriptor);
  }
}
