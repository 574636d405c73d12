// Plays rotations of a log file to `tail -F` and log-tailer, all of them reading the same file at the same time, and prints what
// each of them lost, doubled and damaged as a table in Markdown. Usage: npm run rotations [ROUNDS]
import { spawnSync } from "node:child_process";
import { type FollowerKind, ours, peers } from "./rotations/followers.ts";
import { play, tempos } from "./rotations/play.ts";
import { scenarios } from "./rotations/scenarios.ts";
import { add, nothingWrong, type Verdict } from "./rotations/verdict.ts";

/** More than busybox's second between two looks. */
const times = { patience: 3000, quiet: 2500 };

const rounds = Number(process.argv[2] ?? 3);
const kinds = [...peers, ...ours].filter(({ name, command }) => {
  const [program = ""] = command("");
  const isThere = spawnSync(program, ["--help"]).error === undefined;
  if (!isThere) process.stderr.write(`${name} is left out: ${program} is not installed\n`);
  return isThere;
});

/** Lines lost, doubled, damaged; nothing but a dash when all was well. */
function cell({ lost, doubled, damaged }: Verdict): string {
  return lost + doubled + damaged === 0 ? "–" : `${lost} / ${doubled} / ${damaged}`;
}

const row = (...cells: string[]) => process.stdout.write(`| ${cells.join(" | ")} |\n`);

row("scenario", "pause", ...kinds.map(({ name }) => name));
row(...Array.from({ length: kinds.length + 2 }, () => "---"));
const totals = new Map<FollowerKind, Verdict>(kinds.map((kind) => [kind, nothingWrong]));
for (const scenario of scenarios) {
  for (const tempo of tempos) {
    const sums = new Map<FollowerKind, Verdict>(kinds.map((kind) => [kind, nothingWrong]));
    // At the same time, each in a directory of its own: most of the time is waiting.
    const plays = Array.from({ length: rounds }, () => play(scenario, tempo, kinds, times));
    for (const [kind, verdict] of (await Promise.all(plays)).flatMap((verdicts) => [...verdicts])) {
      sums.set(kind, add(sums.get(kind)!, verdict));
      totals.set(kind, add(totals.get(kind)!, verdict));
    }
    row(scenario.name, tempo.name, ...kinds.map((kind) => cell(sums.get(kind)!)));
  }
}
row("all", "", ...kinds.map((kind) => cell(totals.get(kind)!)));
