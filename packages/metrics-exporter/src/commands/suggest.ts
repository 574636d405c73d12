/** `metrics-exporter suggest FILES…`: a first set of rules for a log that nobody has looked at yet. */
import { open } from "node:fs/promises";
import path from "node:path";
import { MetricStore } from "@outrigger/exposition/store";
import { RuntimeFailure, systemCode, UsageError } from "@outrigger/runtime/errors";
import { print } from "@outrigger/runtime/output";
import type { CommandContext } from "@outrigger/runtime/tool";
import { compileRules } from "../config/rule-check.ts";
import type { MetricsConfig } from "../config.ts";
import { maxLine } from "../logs/reader.ts";
import { RuleEngine } from "../rules/engine.ts";
import { proposeForAccess, proposeForJson, proposeForLevels } from "../suggest/formats.ts";
import { Messages } from "../suggest/messages.ts";
import { type Proposal, proposeFor } from "../suggest/propose.ts";

const maxLines = 100_000;
const maxRules = 20;
const nothing = () => {};

export async function suggest({ args }: CommandContext<MetricsConfig>): Promise<number> {
  const unknown = args.find((argument) => argument.startsWith("-"));
  if (unknown !== undefined) throw new UsageError(`unknown option ${unknown}; suggest takes files only`);
  if (args.length === 0) throw new UsageError("name at least one log file: metrics-exporter suggest app.log");
  const lines: string[] = [];
  for (const file of args) await readLines(file, lines);
  const proposal = await keepMatching(propose(lines), lines);
  await print(
    toYaml(
      args.map((file) => path.resolve(file)),
      proposal,
    ),
  );
  return 0;
}

async function readLines(file: string, lines: string[]): Promise<void> {
  try {
    const handle = await open(file);
    for await (const line of handle.readLines()) {
      if (lines.length >= maxLines) break;
      if (line.trim() !== "") lines.push(line.slice(0, maxLine));
    }
  } catch (error) {
    throw new RuntimeFailure("read", `cannot read ${file}: ${systemCode(error) ?? error}; name a file that exists`);
  }
}

function propose(lines: readonly string[]): Proposal {
  const known = proposeForJson(lines) ?? proposeForAccess(lines);
  if (known) return known;
  const proposal = proposeForLevels(lines);
  const messages = new Messages();
  for (const line of lines) messages.add(line);
  for (const message of messages.common()) {
    if (proposal.size >= maxRules || (message.count < 2 && lines.length > 10)) break;
    const proposed = proposeFor(message);
    if (proposed && !proposal.has(proposed.name)) proposal.set(proposed.name, proposed.rule);
  }
  return proposal;
}

/** What is valid and matches the lines; the rest is not worth proposing. */
async function keepMatching(proposal: Proposal, lines: readonly string[]): Promise<Proposal> {
  const refused = new Set<string>();
  compileRules(proposal, 2000, ([name]) => refused.add(String(name)));
  const sound = new Map([...proposal].filter(([name]) => !refused.has(name)));
  const events = {
    rule: () => ({ matched: nothing, failed: nothing }),
    lines: nothing,
    unmatched: nothing,
    truncated: nothing,
  };
  const engine = new RuleEngine(new MetricStore(20_000), events, maxLine);
  engine.use(compileRules(sound, 2000, nothing));
  await engine.lines(lines.join("\n"), "");
  const matching = new Set(engine.rules.filter(({ matches }) => matches > 0).map(({ rule }) => rule.name));
  return new Map([...sound].filter(([name]) => matching.has(name)));
}

/** JSON is YAML, so every value is quoted the way JSON quotes. */
function toYaml(files: readonly string[], proposal: Proposal): string {
  const rules = [...proposal].map(([name, rule]) => {
    const text = Object.keys(rule).length === 1 && rule.match !== undefined ? rule.match : rule;
    return `      ${name}: ${JSON.stringify(text)}\n`;
  });
  const section = rules.length === 0 ? "    rules: {}\n" : `    rules:\n${rules.join("")}`;
  return `metrics:\n  logs:\n    files: ${JSON.stringify(files)}\n${section}`;
}
