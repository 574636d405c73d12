import { readdirSync, readFileSync } from "node:fs";

/** The private memory of a process and all its descendants, in bytes: what a container costs beyond the shared image. */
export function privateMemory(root: number): number {
  return descendants(root).reduce((sum, pid) => sum + privateOf(pid), 0);
}

/** A process and its descendants, from /proc. */
export function descendants(root: number): number[] {
  const found = [root];
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) if (/^\d+$/.test(name)) parents.set(Number(name), parentOf(Number(name)));
  for (let index = 0; index < found.length; index++) {
    for (const [pid, parent] of parents) if (parent === found[index]) found.push(pid);
  }
  return found;
}

/** The one-letter state of a process: R, S, D, Z, …; undefined when it is gone. */
export function stateOf(pid: number): string | undefined {
  return statFields(pid)?.[0];
}

function parentOf(pid: number): number {
  return Number(statFields(pid)?.[1] ?? 0);
}

// The name, in parentheses, may contain anything; what follows the last one is the state and numbers.
function statFields(pid: number): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
  } catch {
    return undefined;
  }
}

function privateOf(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  // Private_Clean is pages of the image's files that no other process happens to map now.
  return Number(/^Private_Dirty:\s+(\d+) kB$/m.exec(rollup)?.[1]) * 1024;
}
