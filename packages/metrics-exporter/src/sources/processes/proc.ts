/**
 * What Linux tells about processes, see proc(5). Read synchronously: these files never block, and a hundred of them take less
 * time than handing them to a thread pool.
 */
import { readdirSync, readFileSync } from "node:fs";

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
export function readStat(pid: number): Stat | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The name may hold blanks and parentheses: the fields begin behind the last one.
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  const fields = text.slice(close + 2).split(" ");
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

export function readStatus(pid: number): Status | undefined {
  const text = read(`/proc/${pid}/status`);
  if (text === undefined) return undefined;
  const number = (key: string) => Number(new RegExp(`^${key}:\\s*(\\d+)`, "m").exec(text)?.[1] ?? 0);
  return {
    resident: number("VmRSS") * 1024,
    virtual: number("VmSize") * 1024,
    swapped: number("VmSwap") * 1024,
    voluntary: number("voluntary_ctxt_switches"),
    nonvoluntary: number("nonvoluntary_ctxt_switches"),
  };
}

/** Bytes that went to and from storage; undefined when it may not be read (another user's process). */
export function readIo(pid: number): { read: number; written: number } | undefined {
  const text = read(`/proc/${pid}/io`);
  const [, readBytes] = /^read_bytes: (\d+)/m.exec(text ?? "") ?? [];
  const [, writtenBytes] = /^write_bytes: (\d+)/m.exec(text ?? "") ?? [];
  if (readBytes === undefined || writtenBytes === undefined) return undefined;
  return { read: Number(readBytes), written: Number(writtenBytes) };
}

/** Open files and how many there may be; undefined when it may not be read. */
export function readFiles(pid: number): { open: number; limit: number } | undefined {
  try {
    const open = readdirSync(`/proc/${pid}/fd`).length;
    const limit = Number(/^Max open files\s+(\d+)/m.exec(read(`/proc/${pid}/limits`) ?? "")?.[1] ?? 0);
    return { open, limit };
  } catch {
    return undefined;
  }
}

/** When the machine was started, in Unix time. */
export function readBootTime(): number {
  return Number(/^btime (\d+)/m.exec(read("/proc/stat") ?? "")?.[1] ?? 0);
}

/** Undefined when the file is not there or may not be read: processes end at any time. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return undefined;
  }
}
