/**
 * Measuring commands and running processes on Linux.
 *
 * CPU time is the unit that counts: on a busy machine wall time measures the neighbours. Figures of different runs are
 * never compared; two programs alternate in one run and the median of the per-round ratios is reported.
 */
import { spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** What one run of a command cost. Times are in milliseconds, memory in KiB; `code` is 128 + N after signal N. */
export interface Usage {
  cpuMs: number;
  wallMs: number;
  peakRssKb: number;
  code: number;
}

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** A file for standard input; nothing by default. */
  stdin?: string;
  /** A file for standard output; `/dev/null` by default. */
  stdout?: string;
  /** The command is killed, and the promise rejects, after this long. Default 120 s. */
  timeoutMs?: number;
}

/** The kernel's USER_HZ: the unit of the times in `/proc/PID/stat`, 100 on every architecture Node supports. */
const ticksPerSecond = 100;

/**
 * Runs `command` (an argument vector, no shell expansion) to its end and returns what its process tree used: user plus
 * system time of the process and every descendant it waited for (getrusage, read through bash's `time`, which prints
 * milliseconds where `/proc` has only hundredths), and the highest sum of the tree's VmHWM seen, sampled every 5 ms.
 */
export async function cpuOf(command: string[], options: RunOptions = {}): Promise<Usage> {
  const input = openSync(options.stdin ?? "/dev/null", "r");
  const output = openSync(options.stdout ?? "/dev/null", "w");
  const script = 'TIMEFORMAT="%3U %3S %3R"; { time "$@" 2>&4; } 4>&2 2>&3';
  const child = spawn("bash", ["-c", script, "bench", ...command], {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: [input, output, "inherit", "pipe"],
    detached: true,
  });
  closeSync(input);
  closeSync(output);
  const pid = child.pid ?? 0;
  let report = "";
  child.stdio[3]?.on("data", (chunk: Buffer) => {
    report += chunk;
  });
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    process.kill(-pid, "SIGKILL");
  }, options.timeoutMs ?? 120_000);
  const peaks = new Map<number, number>();
  let running = true;
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 137));
  }).finally(() => {
    running = false;
    clearTimeout(timer);
  });
  while (running) {
    for (const member of descendants(pid)) peaks.set(member, Math.max(peaks.get(member) ?? 0, peakRssKb(member)));
    await Promise.race([ended, delay(5)]);
  }
  const code = await ended;
  if (timedOut) throw new Error(`${command.join(" ")} did not end within ${options.timeoutMs ?? 120_000} ms`);
  const [user = Number.NaN, system = Number.NaN, wall = Number.NaN] = report.trim().split(" ").map(Number);
  const peak = [...peaks.values()].reduce((sum, value) => sum + value, 0);
  return { cpuMs: (user + system) * 1000, wallMs: wall * 1000, peakRssKb: peak, code };
}

/** User plus system time so far, in milliseconds, of a running process and its descendants, in steps of 10 ms. */
export function cpuSoFar(pid: number): number {
  let ticks = 0;
  for (const member of [pid, ...descendants(pid)]) {
    const fields = statFields(member);
    // utime, stime, and those of the children already waited for (proc(5), fields 14 to 17).
    for (const field of fields.slice(11, 15)) ticks += Number(field);
  }
  return (ticks * 1000) / ticksPerSecond;
}

/**
 * User plus system time so far, in milliseconds and to the nanosecond, of the live threads of one process: for short times,
 * where `cpuSoFar` is too coarse. Threads that have ended are not counted.
 */
export function threadCpuMs(pid: number): number {
  let nanoseconds = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "latin1").split(" ")[0]);
  }
  return nanoseconds / 1e6;
}

/** Private anonymous memory of a running process in KiB (RssAnon): what one more copy of it costs a node. */
export function anonymousKb(pid: number): number {
  return statusKb(pid, "RssAnon");
}

/** The resident set of a running process in KiB (VmRSS). */
export function residentKb(pid: number): number {
  return statusKb(pid, "VmRSS");
}

/** The highest resident set of a running process so far, in KiB (VmHWM); 0 when it has ended. */
export function peakRssKb(pid: number): number {
  return statusKb(pid, "VmHWM");
}

export interface Comparison {
  /** Medians of the rounds, in the unit the two functions return. */
  ours: number;
  peer: number;
  /** The median of the per-round ratios ours / peer. */
  ratio: number;
  /** The lowest and highest per-round ratio: how much to trust the median. */
  spread: [low: number, high: number];
}

/**
 * Runs the two measurements alternately, `rounds` times (default 5), swapping who goes first, so that a drifting machine
 * favours neither.
 */
export async function compare(
  ours: () => Promise<number>,
  peer: () => Promise<number>,
  { rounds = 5 }: { rounds?: number } = {},
): Promise<Comparison> {
  const figures: { ours: number; peer: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) {
      const mine = await ours();
      figures.push({ ours: mine, peer: await peer() });
    } else {
      const theirs = await peer();
      figures.push({ ours: await ours(), peer: theirs });
    }
  }
  const ratios = figures.map((figure) => figure.ours / figure.peer);
  return {
    ours: median(figures.map((figure) => figure.ours)),
    peer: median(figures.map((figure) => figure.peer)),
    ratio: median(ratios),
    spread: [Math.min(...ratios), Math.max(...ratios)],
  };
}

/** The middle value, or the mean of the two in the middle; NaN of nothing. */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
}

/** All live descendants of a process, nearest first. */
function descendants(pid: number): number[] {
  const found: number[] = [];
  const queue = [pid];
  for (let parent = queue.shift(); parent !== undefined; parent = queue.shift()) {
    for (const child of childrenOf(parent)) {
      found.push(child);
      queue.push(child);
    }
  }
  return found;
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, "latin1").split(" ").filter(Boolean).map(Number),
    );
  } catch {
    return []; // ended meanwhile
  }
}

/** The fields of `/proc/PID/stat` from the third (state) on; the second, the name, may hold spaces and parentheses. */
function statFields(pid: number): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return []; // ended meanwhile
  }
}

function statusKb(pid: number, key: string): number {
  try {
    const match = new RegExp(`^${key}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "latin1"));
    return Number(match?.[1] ?? 0);
  } catch {
    return 0; // ended meanwhile
  }
}
