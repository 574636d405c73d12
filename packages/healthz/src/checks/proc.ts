import { readdirSync, readFileSync } from "node:fs";

/** A process as `/proc/PID/stat` shows it (proc_pid_stat(5)). */
export interface ProcessStat {
  /** One letter: R running, S sleeping, T stopped, Z zombie, … */
  state: string;
  parent: number;
  group: number;
  /** In clock ticks since boot: together with the pid it identifies a process over pid reuse. */
  startTime: string;
}

// Reads of /proc are synchronous: the kernel answers from memory, in less time than a trip through the thread pool takes.

/** The pids of all visible processes. */
export function listProcesses(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** What `/proc/PID/stat` says; undefined when there is no such process. */
export function readStat(pid: number): ProcessStat | undefined {
  const text = readProcFile(pid, "stat");
  if (text === undefined) return undefined;
  // The second field is the name in parentheses, and the name may contain spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0]!, parent: Number(fields[1]), group: Number(fields[2]), startTime: fields[19]! };
}

/** The arguments joined by spaces; empty for zombies and kernel threads, undefined when there is no such process. */
export function readCommandLine(pid: number): string | undefined {
  return readProcFile(pid, "cmdline")?.replace(/\0+$/, "").replaceAll("\0", " ");
}

/** This process and its ancestors. */
export function ownLineage(): Set<number> {
  const lineage = new Set<number>();
  for (let pid: number | undefined = process.pid; pid !== undefined && pid > 0 && !lineage.has(pid); ) {
    lineage.add(pid);
    pid = readStat(pid)?.parent;
  }
  return lineage;
}

function readProcFile(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    // Gone (ENOENT, ESRCH) or hidden (hidepid): either way not to be seen.
    return undefined;
  }
}
