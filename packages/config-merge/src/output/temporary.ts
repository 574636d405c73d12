import { lstatSync, readdirSync, readFileSync, readlinkSync, unlinkSync } from "node:fs";
import path from "node:path";

/** A temporary file of another PID namespace is taken for abandoned after this long; a run writes for a moment only. */
const foreignLifetimeMs = 30_000;

/** Longest part of an output's name in that of its temporary file: a file name has at most 255 bytes. */
const maximumNameBytes = 150;

/**
 * A new name in the directory of `file`: `.NAME.cm-NAMESPACE-PID-START-RANDOM`. The dot keeps applications that load
 * every file from reading it; the rest tells later runs whether its process is still alive.
 */
export function temporaryName(file: string): string {
  const name = Buffer.from(path.basename(file)).subarray(0, maximumNameBytes).toString("latin1");
  const owner = `${pidNamespace()}-${process.pid}-${startTime("self")}`;
  return path.join(path.dirname(file), `.${Buffer.from(name, "latin1").toString()}.cm-${owner}-${randomSuffix()}`);
}

/** Tells files of one process apart; O_EXCL does the rest. `node:crypto` would cost more than the whole run. */
function randomSuffix(): string {
  return Math.floor(Math.random() * 2 ** 32)
    .toString(16)
    .padStart(8, "0");
}

const temporary = /^\..+\.cm-([0-9]+)-([0-9]+)-([0-9]+)-[0-9a-f]{8}$/;

/** Removes temporary files that dead runs left in `directory`; those of a run that may be alive stay. */
export function removeAbandoned(directory: string): void {
  for (const name of listNames(directory)) {
    const [, namespace, pid, start] = temporary.exec(name) ?? [];
    if (pid === undefined) continue;
    const file = path.join(directory, name);
    try {
      const abandoned = namespace === pidNamespace() ? startTime(pid) !== start : isOld(file);
      if (abandoned) unlinkSync(file);
    } catch {
      // Another run removed it first, or we may not: it is in nobody's way.
    }
  }
}

function listNames(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function isOld(file: string): boolean {
  return Date.now() - lstatSync(file).mtimeMs > foreignLifetimeMs;
}

/** The inode of our PID namespace: a process id means something within it only. */
function pidNamespace(): string {
  try {
    return /\[([0-9]+)\]/.exec(readlinkSync("/proc/self/ns/pid"))?.[1] ?? "0";
  } catch {
    return "0";
  }
}

/** When a process started, in clock ticks since boot (field 22 of proc_pid_stat(5)); "0" for none. */
function startTime(pid: string): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name in parentheses may hold spaces.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "0";
  } catch {
    return "0";
  }
}
