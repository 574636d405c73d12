/**
 * What Linux tells about processes, see proc(5). Read synchronously: these files never block, and a hundred of them take less
 * time than handing them to a thread pool.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import type { OpenFiles } from "./open-files.ts";

/** From `/proc/PID/stat`. Times are in clock ticks. */
export interface Stat {
  readonly pid: number;
  readonly parent: number;
  /** The name of the program, which changes when another one is executed. */
  readonly name: string;
  readonly minorFaults: number;
  readonly majorFaults: number;
  readonly user: number;
  readonly system: number;
  readonly threads: number;
  /** Since boot: with the PID it tells a process from a later one. */
  readonly start: number;
}

/** From `/proc/PID/status`; bytes. */
export interface Status {
  readonly resident: number;
  readonly virtual: number;
  readonly swapped: number;
  readonly voluntary: number;
  readonly nonvoluntary: number;
}

/** Clock ticks per second: 100 on every Linux that Node runs on. */
export const ticksPerSecond = 100;

/** The PIDs there are. */
export function listPids(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Undefined when the process is gone. */
export function readStat(pid: number, files: OpenFiles): Stat | undefined {
  const text = files.read(pid, "stat");
  if (text === undefined) return undefined;
  // The name may hold blanks and parentheses: the fields begin behind the last one.
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  const fields = text.slice(close + 2).split(" ", 20);
  // The first of these is field 3 of the manual page.
  const field = (number: number) => Number(fields[number - 3]);
  return {
    pid,
    parent: field(4),
    name: text.slice(open + 1, close),
    minorFaults: field(10),
    majorFaults: field(12),
    user: field(14),
    system: field(15),
    threads: field(20),
    start: field(22),
  };
}

/** The command line with blanks between the arguments; empty for kernel threads. */
export function readCommandLine(pid: number): string {
  return (read(`/proc/${pid}/cmdline`) ?? "").replaceAll("\0", " ").trim();
}

export function readStatus(pid: number, files: OpenFiles): Status | undefined {
  const text = files.read(pid, "status");
  if (text === undefined) return undefined;
  const number = (pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? 0);
  return {
    resident: number(/^VmRSS:\s*(\d+)/m) * 1024,
    virtual: number(/^VmSize:\s*(\d+)/m) * 1024,
    swapped: number(/^VmSwap:\s*(\d+)/m) * 1024,
    voluntary: number(/^voluntary_ctxt_switches:\s*(\d+)/m),
    nonvoluntary: number(/^nonvoluntary_ctxt_switches:\s*(\d+)/m),
  };
}

/** Bytes that went to and from storage; undefined when it may not be read (another user's process). */
export function readIo(pid: number, files: OpenFiles): { read: number; written: number } | undefined {
  const text = files.read(pid, "io");
  const [, readBytes] = /^read_bytes: (\d+)/m.exec(text ?? "") ?? [];
  const [, writtenBytes] = /^write_bytes: (\d+)/m.exec(text ?? "") ?? [];
  if (readBytes === undefined || writtenBytes === undefined) return undefined;
  return { read: Number(readBytes), written: Number(writtenBytes) };
}

/** How many files are open; undefined when it may not be known. */
export function countFiles(pid: number): number | undefined {
  const directory = `/proc/${pid}/fd`;
  try {
    // Since Linux 6.2 the directory's size is the answer, at a quarter of the cost; before, it is 0.
    return statSync(directory).size || readdirSync(directory).length;
  } catch {
    return undefined;
  }
}

/** How many files may be open; 0 when there is no limit, or it may not be read. */
export function readFileLimit(pid: number): number {
  return Number(/^Max open files\s+(\d+)/m.exec(read(`/proc/${pid}/limits`) ?? "")?.[1] ?? 0);
}

/** When the machine was started, in Unix time. */
export function readBootTime(): number {
  return Number(/^btime (\d+)/m.exec(read("/proc/stat") ?? "")?.[1] ?? 0);
}

/** Undefined when the file is not there or may not be read: processes end at any time. */
function read(file: string): string | undefined {
  try {
    // Node reads UTF-8 with half of the system calls that other encodings take.
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
