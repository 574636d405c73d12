/** Whatever the rules and the lines are, others get their turn: who asks for the metrics never waits for a log. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MetricStore } from "@outrigger/exposition/store";
import { compileRules, definitionsOf } from "../src/config/rule-check.ts";
import { RuleEngine } from "../src/rules/engine.ts";
import type { Rules } from "./run-rules.ts";

/** Milliseconds of CPU that one turn may take: a tenth of it is usual. */
const longestTurn = 100;

/** Patterns that make a backtracking engine, or one that follows many states, slow. */
const catastrophic = [
  "^(\\w+\\s?)*$",
  "(x+x+)+y",
  "\\s+$",
  "(.*)(.*)(.*)(.*)z",
  "(.*?),(.*?),(.*?),(.*?)z",
  "^(([a-z])+.)+[A-Z]([a-z])+$",
  "(a|aa)+$",
  "(?i)(a|A|b)*c",
  "(\\d+)*\\.(\\d+)*$",
  "(?:\\S)+((?:[^b])?)[ab]x",
  "(?:a?){64}a{64}b",
  "(?:.{0,16}){4}(?:.{0,16}){4}(?:.{0,16}){4}z",
  "(?:[0-9a-f]{64})z",
];
const rules: Rules = {
  ...Object.fromEntries(catastrophic.map((regex, index) => [`r${index}_total`, { regex }])),
  words_total: "a{x:word}b{n:int}c",
  pairs_total: { preset: "logfmt", labels: [] },
  requests_total: { preset: "nginx", labels: [] },
  queries_total: { json: { a: 1 } },
  good_total: "!",
};

describe("the longest turn is short", () => {
  const cases: [length: number, unit: string][] = [
    [65_000, "a"],
    [65_000, "a="],
    [20_000, "aab"],
    [20_000, '{"a":'],
    [2000, "[ "],
    [300, " "],
  ];
  for (const [length, unit] of cases) {
    test(`with ${Object.keys(rules).length} rules on lines of ${length} times ${JSON.stringify(unit)}`, async () => {
      const { engine, store } = engineOf(rules);
      const line = `${unit.repeat(length).slice(0, length)}!\n`;
      const count = Math.max(1, Math.floor(20_000 / length));
      const longest = await longestTurnOf(() => engine.lines(line.repeat(count), "/logs/app.log"));
      engine.close();
      assert.ok(longest < longestTurn, `${longest} ms`);
      assert.deepEqual(store.get("good_total")?.dump(), { series: [[[], count]] });
    });
  }

  test("with many words of a template that all but match", async () => {
    const { engine } = engineOf({
      a_total: "a{x:word}b{n:int}c",
      b_total: "{x:word}a{y:word}b{n:int}",
      c_total: "{_}a{y:word}b{n:int}",
    });
    const longest = await longestTurnOf(() => engine.lines(`${"a".repeat(65_000)}b\n`, "/logs/app.log"));
    assert.ok(longest < longestTurn, `${longest} ms`);
  });
});

test("a text that takes several turns is settled step by step, each time with what is counted", async () => {
  const { engine, store } = engineOf(rules);
  const settled: [records: number, counted: unknown][] = [];
  const counted = () => (store.get("good_total")?.dump().series[0]?.[1] ?? 0) as number;
  await engine.lines(`${" ".repeat(300)}!\n`.repeat(60), "/logs/app.log", (count) => settled.push([count, counted()]));
  engine.close();
  assert.ok(settled.length > 1);
  assert.deepEqual(settled.at(-1), [60, 60]);
  for (const [records, then] of settled) assert.equal(then, records);
});

test("texts that come while another one is in progress wait for it", async () => {
  const { engine, store } = engineOf({ ...rules, last: { match: "n={value}", type: "gauge" } });
  const first = engine.lines(`${`${" ".repeat(300)}n=1\n`.repeat(40)}`, "/logs/app.log");
  const second = engine.record("n=2", "/logs/app.log");
  assert.ok(first && second);
  await second;
  engine.close();
  assert.deepEqual(store.get("last")?.dump().series, [[[], 2]]);
});

test("closed in the middle, the engine counts nothing more and settles nothing more", async () => {
  const { engine, store } = engineOf(rules);
  let settled = 0;
  const work = engine.lines(`${`${"a".repeat(65_000)}!\n`.repeat(20)}`, "/logs/app.log", (count) => {
    settled = count;
  });
  await new Promise(setImmediate);
  engine.close();
  await work;
  assert.ok(settled < 20);
  assert.equal(store.get("good_total")?.dump().series[0]?.[1], settled);
});

function engineOf(some: Rules): { engine: RuleEngine; store: MetricStore } {
  const store = new MetricStore(20_000);
  const nothing = () => {};
  const events = {
    rule: () => ({ matched: nothing, failed: nothing }),
    lines: nothing,
    unmatched: nothing,
    truncated: nothing,
  };
  const engine = new RuleEngine(store, events, 65_536);
  engine.use(compileRules(definitionsOf(some), 2000, (path, message) => assert.fail(`${path.join(".")}: ${message}`)));
  return { engine, store };
}

/** The most CPU time, in milliseconds, that passed on this thread without others having their turn. */
async function longestTurnOf(work: () => Promise<void> | undefined): Promise<number> {
  let longest = 0;
  let last = process.threadCpuUsage();
  let next: NodeJS.Immediate;
  const look = () => {
    const { user, system } = process.threadCpuUsage(last);
    longest = Math.max(longest, (user + system) / 1000);
    last = process.threadCpuUsage();
    next = setImmediate(look);
  };
  next = setImmediate(look);
  await work();
  clearImmediate(next);
  const { user, system } = process.threadCpuUsage(last);
  return Math.max(longest, (user + system) / 1000);
}
