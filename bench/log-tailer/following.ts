/** What following costs while little or nothing happens, and how soon a line comes out. */
import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { BenchCase } from "../case.ts";
import { residentKb, threadCpuMs } from "../measure.ts";
import type { Program } from "../start-up/programs.ts";
import { shareOfCore } from "./limits.ts";
import { atRest, gnuTail, ourTailer, Tailer } from "./tailers.ts";

const seconds = 5;
const first = "first\n";
const tool = "log-tailer";
const constant = (limit: number) => async () => limit;

/** CPU while nothing is written to so many files. */
function idle(count: number, percent: number): BenchCase {
  return {
    tool,
    name: `idle on ${count === 1 ? "1 file" : `${count} files`}, CPU in ${seconds} s`,
    unit: "ms CPU",
    peer: `the limit, ${percent} % of a core`,
    target: 1,
    rounds: 3,
    async prepare(directory) {
      const program = idleProgram(directory, count);
      const ours = () =>
        atRest(
          program,
          count * first.length,
          ({ pid }) => cpuDuring(pid, () => delay(seconds * 1000)),
          afterCollectionMs,
        );
      return { ours, peer: constant(shareOfCore(percent, seconds)) };
    },
  };
}

/** V8 collects what a start has left some ten seconds later, once. */
const afterCollectionMs = 15_000;

function idleMemory(count: number, limit: number): BenchCase {
  return {
    tool,
    name: `resident memory, idle on ${count === 1 ? "1 file" : `${count} files`}`,
    unit: "MiB",
    peer: "the limit",
    target: 1,
    rounds: 3,
    async prepare(directory) {
      const program = idleProgram(directory, count);
      const ours = () => atRest(program, count * first.length, async ({ pid }) => residentKb(pid) / 1024);
      return { ours, peer: constant(limit) };
    },
  };
}

function idleProgram(directory: string, count: number): Program {
  for (let index = 0; index < count; index++) writeFileSync(join(directory, `${index}.log`), first);
  return ourTailer(directory, [join(directory, "*.log")]);
}

async function cpuDuring(pid: number, action: () => Promise<unknown>): Promise<number> {
  const before = threadCpuMs(pid);
  await action();
  return threadCpuMs(pid) - before;
}

const line = `${"x".repeat(118)}\n`;
const linesPerSecond = 8400;

/** A program that logs 1 MB a second without a buffer: a system call for each line. */
async function writeSteadily(file: string): Promise<void> {
  const fd = openSync(file, "a");
  const begin = performance.now();
  for (let written = 0; written < linesPerSecond * seconds; ) {
    const due = Math.min(linesPerSecond * seconds, ((performance.now() - begin) * linesPerSecond) / 1000);
    for (; written < due; written++) writeSync(fd, line);
    await delay(1);
  }
  closeSync(fd);
}

/** @param limit percent of a core; otherwise GNU tail does the same */
function following(peer: string, limit?: number): BenchCase {
  return {
    tool,
    name: `following 1 MB/s in writes of a line, CPU in ${seconds} s`,
    unit: "ms CPU",
    peer,
    ...(limit !== undefined && { target: 1 }),
    rounds: 3,
    async prepare(directory) {
      const file = join(directory, "app.log");
      const run = (program: (file: string) => Program) => async () => {
        writeFileSync(file, first);
        return atRest(program(file), first.length, ({ pid }) => cpuDuring(pid, () => writeSteadily(file)));
      };
      const ours = run(() => ourTailer(directory, [file]));
      return { ours, peer: limit === undefined ? run(gnuTail) : constant(shareOfCore(limit, seconds)) };
    },
  };
}

/** Milliseconds from an append to the arrival of the line, many times, in ascending order. */
async function delays(program: Program, file: string): Promise<number[]> {
  writeFileSync(file, first);
  return atRest(program, first.length, async (tailer) => {
    const fd = openSync(file, "a");
    const times: number[] = [];
    while (times.length < 300) {
      const { promise, resolve } = Promise.withResolvers<void>();
      tailer.onData = resolve;
      const begin = performance.now();
      writeSync(fd, line);
      await promise;
      times.push(performance.now() - begin);
      await delay(5);
    }
    closeSync(fd);
    return times.sort((left, right) => left - right);
  });
}

/** @param limit milliseconds; otherwise GNU tail does the same */
function latency(percentile: 50 | 99, peer: string, target: number, limit?: number): BenchCase {
  return {
    tool,
    name: `append to output, p${percentile}`,
    unit: "ms",
    peer,
    target,
    rounds: 3,
    async prepare(directory) {
      const file = join(directory, "app.log");
      const figure = async (program: Program) => {
        const times = await delays(program, file);
        return times[Math.floor((times.length * percentile) / 100)]!;
      };
      const peerFigure = limit === undefined ? () => figure(gnuTail(file)) : constant(limit);
      return { ours: () => figure(ourTailer(directory, [file])), peer: peerFigure };
    },
  };
}

const start: BenchCase = {
  tool,
  name: "start to the first line",
  unit: "ms",
  peer: "the limit",
  target: 1,
  async prepare(directory) {
    const file = join(directory, "app.log");
    writeFileSync(file, first);
    const program = ourTailer(directory, [file]);
    const ours = async () => {
      const begin = performance.now();
      const tailer = new Tailer(program);
      await new Promise<void>((resolve) => {
        tailer.onData = resolve;
      });
      const elapsed = performance.now() - begin;
      await tailer.stop();
      return elapsed;
    };
    return { ours, peer: constant(150) };
  },
};

export const followingCases: BenchCase[] = [
  following("GNU tail -F"),
  following("the limit, 1 % of a core", 1),
  idle(1, 0.1),
  idle(500, 0.5),
  idle(10_000, 3),
  idleMemory(1, 64),
  idleMemory(10_000, 120),
  start,
  latency(50, "GNU tail -F", 3),
  latency(50, "the limit", 1, 1),
  latency(99, "the limit", 1, 5),
];
