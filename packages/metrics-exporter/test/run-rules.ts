import { renderMetric } from "@outrigger/exposition/render-metric";
import { MetricStore } from "@outrigger/exposition/store";
import type { Format } from "@outrigger/runtime/metrics-text";
import { keepFamilies } from "../../../test/harness/renderings.ts";
import { compileRules, definitionsOf } from "../src/config/rule-check.ts";
import type { RuleDefinition } from "../src/rules/definition.ts";
import { RuleEngine } from "../src/rules/engine.ts";

export type Rules = Record<string, string | RuleDefinition>;

export interface Outcome {
  /** Sample lines of 0.0.4, real values, without HELP and TYPE. */
  samples: string[];
  errors: string[];
  unmatched: number;
  truncated: number;
  matches: Record<string, number>;
}

/** Runs rules on a text, without files or HTTP. */
export async function runRules(
  rules: Rules,
  text: string,
  { file = "/logs/app.log", limit = 2000, maxLine = 65_536 } = {},
): Promise<Outcome> {
  const errors: string[] = [];
  let unmatched = 0;
  let truncated = 0;
  const store = new MetricStore(20_000);
  const events = {
    rule: (name: string) => ({
      matched: () => {},
      failed: (reason: string) => {
        errors.push(`${name}: ${reason}`);
      },
    }),
    lines: () => {},
    unmatched: (count: number) => {
      unmatched += count;
    },
    truncated: () => {
      truncated++;
    },
  };
  const engine = new RuleEngine(store, events, maxLine);
  const problems: string[] = [];
  engine.use(
    compileRules(definitionsOf(rules), limit, (path, message) => problems.push(`${path.join(".")}: ${message}`)),
  );
  if (problems.length > 0) throw new Error(problems.join("\n"));
  await engine.lines(text, file);
  const rendered = (format: Format) =>
    keepFamilies(
      format,
      [...store.metrics()].flatMap((metric) => [...renderMetric(metric, format, { zeros: undefined })]).join(""),
    );
  rendered("openmetrics");
  const samples = rendered("text")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  const matches = Object.fromEntries(engine.rules.map(({ rule, matches: count }) => [rule.name, count]));
  return { samples, errors, unmatched, truncated, matches };
}

/** What is wrong with rules, as `path: message`. */
export function problemsOf(rules: Rules): string[] {
  const problems: string[] = [];
  compileRules(definitionsOf(rules), 2000, (path, message) => problems.push(`${path.join(".")}: ${message}`));
  return problems;
}
