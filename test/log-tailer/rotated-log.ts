import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";

/** How an application's log is rotated. */
export interface Style {
  readonly name: string;
  /** What was there before is still beside it, so that several rotations may go unseen. */
  readonly keepsAll: boolean;
  prepare?(log: RotatedLog): void;
  /** Afterwards the file of that name is another one, or empty. */
  rotate(log: RotatedLog): void;
}

/** A log of numbered lines, the first of which is 1. */
export class RotatedLog {
  readonly file: string;
  #line = 0;
  rotations = 0;

  constructor(directory: string, { prepare }: Style) {
    this.file = path.join(directory, "app.log");
    prepare?.(this);
    this.write(1);
  }

  get lines(): number {
    return this.#line;
  }

  /** Appends lines in one write. */
  write(count = 10): void {
    let text = "";
    for (let line = 0; line < count; line++) text += `${++this.#line}\n`;
    appendFileSync(this.file, text);
  }
}

function shift({ file, rotations }: RotatedLog): void {
  for (let number = rotations; number >= 1; number--) {
    if (existsSync(`${file}.${number}`)) renameSync(`${file}.${number}`, `${file}.${number + 1}`);
  }
}

const version = ({ file, rotations }: RotatedLog) => path.join(path.dirname(file), `v${rotations}`, "target");

export const styles: readonly Style[] = [
  {
    name: "rename and create",
    keepsAll: true,
    rotate(log) {
      shift(log);
      renameSync(log.file, `${log.file}.1`);
      writeFileSync(log.file, "");
    },
  },
  {
    name: "copytruncate",
    keepsAll: true,
    rotate(log) {
      shift(log);
      copyFileSync(log.file, `${log.file}.1`);
      truncateSync(log.file);
    },
  },
  {
    name: "delete and recreate",
    keepsAll: false,
    rotate({ file }) {
      unlinkSync(file);
      writeFileSync(file, "");
    },
  },
  {
    name: "symlink swap",
    keepsAll: false,
    prepare(log) {
      mkdirSync(path.dirname(version(log)));
      symlinkSync(version(log), log.file);
    },
    rotate(log) {
      mkdirSync(path.dirname(version(log)));
      writeFileSync(version(log), "");
      symlinkSync(version(log), `${log.file}~`);
      renameSync(`${log.file}~`, log.file);
    },
  },
  {
    name: "an inode number used again",
    keepsAll: false,
    rotate({ file }) {
      rmSync(`${file}.1`, { force: true });
      renameSync(file, `${file}.1`);
      writeFileSync(file, "");
    },
  },
];

/** The process has the file open. */
export function holds(pid: number, file: string): boolean {
  const { dev, ino } = statSync(file);
  return readdirSync(`/proc/${pid}/fd`).some((fd) => {
    const held = statSync(`/proc/${pid}/fd/${fd}`, { throwIfNoEntry: false });
    return held?.dev === dev && held.ino === ino;
  });
}

/** What is wrong with an output in which every number up to `last` should be once, in order: nothing when it is empty. */
export function wrongLines(output: string, last: number): string {
  const lines = output.split("\n").slice(0, -1);
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  const numbers = Array.from({ length: last }, (_, index) => String(index + 1));
  const lost = numbers.filter((number) => !counts.has(number));
  const doubled = numbers.filter((number) => (counts.get(number) ?? 0) > 1);
  const foreign = [...counts.keys()].filter((line) => !(Number(line) >= 1 && Number(line) <= last));
  const at = lines.findIndex((line, index) => index > 0 && Number(line) < Number(lines[index - 1]));
  return [
    ...(lost.length > 0 ? [`lost: ${lost}`] : []),
    ...(doubled.length > 0 ? [`doubled: ${doubled}`] : []),
    ...(foreign.length > 0 ? [`foreign: ${foreign}`] : []),
    ...(at === -1 || doubled.length > 0 ? [] : [`${lines[at]} comes behind ${lines[at - 1]}`]),
  ].join("; ");
}
