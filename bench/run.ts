/**
 * `npm run bench -- [--rounds N] [TOOL…]`: runs the cases of every `bench/<tool>.ts`, prints the ratio table and, when
 * all tools ran, records it in `bench/RESULTS.md`, whatever it says.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { BenchCase } from "./case.ts";
import { type Comparison, compare } from "./measure.ts";

const notCases = ["measure.ts", "case.ts", "run.ts"];
const tools = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".ts") && !notCases.includes(file))
  .map((file) => file.slice(0, -".ts".length));

interface Result {
  item: BenchCase;
  outcome: Comparison | { skipped: string };
}

const { values, positionals } = parseArgs({
  options: { rounds: { type: "string" } },
  allowPositionals: true,
});
const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
const unknown = positionals.filter((name) => !tools.includes(name));
if (unknown.length > 0 || (rounds !== undefined && !(rounds >= 1))) {
  process.stderr.write(`usage: npm run bench -- [--rounds N] [${tools.join("|")}]…\n`);
  process.exit(2);
}

const results: Result[] = [];
process.stdout.write(header());
for (const tool of positionals.length > 0 ? positionals : tools) {
  for (const item of await casesOf(tool)) {
    const result = { item, outcome: await runCase(item) };
    results.push(result);
    process.stdout.write(row(result));
  }
}
if (positionals.length === 0) writeFileSync(join(import.meta.dirname, "RESULTS.md"), report(results));

async function casesOf(tool: string): Promise<BenchCase[]> {
  const file = pathToFileURL(join(import.meta.dirname, `${tool}.ts`));
  return ((await import(file.href)) as { cases: BenchCase[] }).cases;
}

async function runCase(item: BenchCase): Promise<Result["outcome"]> {
  const reason = item.missing?.();
  if (reason !== undefined) return { skipped: reason };
  const directory = mkdtempSync(join(tmpdir(), "outrigger-bench-"));
  try {
    const contest = await item.prepare(directory);
    try {
      return await compare(contest.ours, contest.peer, { rounds: rounds ?? item.rounds ?? 5 });
    } finally {
      await contest.close?.();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function header(): string {
  return [
    "| tool | case | unit | ours | peer | peer's figure | ratio (low to high) | target |",
    "| --- | --- | --- | ---: | --- | ---: | ---: | ---: |",
    "",
  ].join("\n");
}

function row({ item, outcome }: Result): string {
  const target = item.target === undefined ? "–" : `≤ ${item.target}${verdict(item, outcome)}`;
  const figures =
    "skipped" in outcome
      ? ["–", item.peer, "–", `skipped: ${outcome.skipped}`]
      : [
          number(outcome.ours),
          item.peer,
          number(outcome.peer),
          `**${outcome.ratio.toFixed(2)}** (${outcome.spread.map((value) => value.toFixed(2)).join(" to ")})`,
        ];
  return `| ${[item.tool, item.name, item.unit, ...figures, target].join(" | ")} |\n`;
}

function verdict(item: BenchCase, outcome: Result["outcome"]): string {
  if ("skipped" in outcome || item.target === undefined) return "";
  return outcome.ratio <= item.target ? " met" : " **missed**";
}

function number(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function report(all: Result[]): string {
  const cpu = cpus();
  return `# Benchmark results

Written by \`npm run bench\`; not edited by hand. Each row alternates our tool and the peer in one run on one machine; the
figures are medians, the ratio is the median of the per-round ratios (smaller is better, below 1 we are cheaper), and the
lowest and highest round stand beside it. Figures of different runs or machines must not be compared.

Machine: ${cpu.length} × ${cpu[0]?.model ?? "unknown"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release().match(/^\d+\.\d+/)?.[0]}, Node ${process.version}.

${header()}${all.map(row).join("")}`;
}
