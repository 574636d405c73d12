import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { problemsOf, type Rules, runRules } from "./run-rules.ts";

const timecheck = "2026-01-01 12:00:00.123 +00:00 [INF] Environment: TEST; version: 1.1; time check: 12:00.00";

describe("the samples that rules make", () => {
  const cases: [sentence: string, rules: Rules, text: string, samples: string[]][] = [
    [
      "the contract's example counts by its captures",
      { timechecks_total: "Environment: {environment}; version: {version}; time check:" },
      `${timecheck}\nnoise\n${timecheck}\n`,
      ['timechecks_total{environment="TEST",version="1.1"} 2'],
    ],
    ["an unlabelled counter is 0 before any match", { a_total: "never" }, "x\n", ["a_total 0"]],
    ["a rule counts at most once per record", { a_total: "x" }, "x x x\n", ["a_total 1"]],
    ["every rule sees every record", { a_total: "x", b_total: "x y" }, "x y\n", ["a_total 1", "b_total 1"]],
    ["an empty line is a record", { a_total: "{_}" }, "\n\n", ["a_total 2"]],
    ["a carriage return is not part of the line", { a_total: "x {y}" }, "x 1\r\n", ['a_total{y="1"} 1']],
    ["the last line needs no line end", { a_total: "x" }, "x\nx", ["a_total 2"]],
    [
      "a counter with a value adds it",
      { sent_bytes_total: "sent {value:bytes}" },
      "sent 1KiB\nsent 24\n",
      ["sent_bytes_total 1048"],
    ],
    [
      "a gauge keeps the last value",
      { queue_depth: { regex: "depth=(?<value>\\d+)" } },
      "depth=3\ndepth=7\n",
      ["queue_depth 7"],
    ],
    [
      "a name ending in _info is 1",
      { build_info: "version {version}" },
      "version 1.2\n",
      ['build_info{version="1.2"} 1'],
    ],
    [
      "a type makes a counter, exposed with _total",
      { logins: { match: "login {user}", type: "counter" } },
      "login ann\n",
      ['logins_total{user="ann"} 1'],
    ],
    [
      "a timestamp in seconds is a gauge",
      { last_run_timestamp_seconds: "run at {value}" },
      "run at 12\n",
      ["last_run_timestamp_seconds 12"],
    ],
    [
      "(?P<name>…) and (?i) are understood",
      { a_total: { regex: "(?i)ERROR (?P<code>\\d+)" } },
      "error 5\n",
      ['a_total{code="5"} 1'],
    ],
    ["a group that took no part is an empty label", { a_total: { regex: "x(?<y>\\d)?" } }, "x\n", ['a_total{y=""} 1']],
    [
      "the same group in two alternatives",
      { a_total: { regex: "a=(?<v>\\w+)|b=(?<v>\\w+)" } },
      "b=2\n",
      ['a_total{v="2"} 1'],
    ],
    ["a list selects captures", { a_total: { match: "{a} {b} {c}", labels: ["b"] } }, "1 2 3\n", ['a_total{b="2"} 1']],
    [
      "a mapping makes labels from constants, captures and the file",
      {
        a_total: {
          match: "GET {url} {status}",
          labels: { code: "{status:class}", p: "{url:path}", env: "prod", f: "{_file}", d: "{_path}" },
        },
      },
      "GET /u/7?x 404\n",
      ['a_total{code="4xx",p="/u/:id",env="prod",f="app.log",d="/logs/app.log"} 1'],
    ],
    [
      "a plain value with a unit of its own is read to the end of it",
      {
        a_seconds: { match: "took {value} in", unit: "duration", buckets: [1] },
        b: { match: "of {value}", unit: "bytes" },
      },
      "took 50 ms in 3 of 2KiB\n",
      [
        'a_seconds_bucket{le="1"} 1',
        'a_seconds_bucket{le="+Inf"} 1',
        "a_seconds_sum 0.05",
        "a_seconds_count 1",
        "b 2048",
      ],
    ],
    ["an empty mapping has no labels", { a_total: { match: "{a} x", labels: {} } }, "1 x\n2 x\n", ["a_total 2"]],
    [
      "when: equality as text",
      { a_total: { match: "s={s} ", when: { s: 200 }, labels: [] } },
      "s=200 \ns=2000 \n",
      ["a_total 1"],
    ],
    [
      "when: any of a list",
      { a_total: { match: "s={s} ", when: { s: ["a", "b"] }, labels: [] } },
      "s=a \ns=c \ns=b \n",
      ["a_total 2"],
    ],
    [
      "when: a comparison",
      { a_total: { match: "s={s} ", when: { s: ">= 500" }, labels: [] } },
      "s=499 \ns=500 \ns=x \n",
      ["a_total 1"],
    ],
    [
      "when: not equal",
      { a_total: { match: "s={s} ", when: { s: "!= ok" }, labels: [] } },
      "s=ok \ns=no \n",
      ["a_total 1"],
    ],
    [
      "init: label sets exist from the start",
      { a_total: { match: "l={l} ", init: [{ l: "x" }, { l: "y" }] } },
      "l=y \n",
      ['a_total{l="x"} 0', 'a_total{l="y"} 1'],
    ],
    [
      "map: words are numbers",
      { up: { match: "state={value:word}", map: { UP: 1, DOWN: 0 } } },
      "state=UP\n",
      ["up 1"],
    ],
    ["label values are escaped", { a_total: "v={v}" }, 'v=a"b\\c\n', ['a_total{v="a\\"b\\\\c"} 1']],
    [
      "any capture can be the value",
      { a_total: { match: "n={n:int} x={x}", value: "n" } },
      "n=5 x=y\n",
      ['a_total{x="y"} 5'],
    ],
  ];
  for (const [sentence, rules, text, samples] of cases) {
    test(sentence, async () => assert.deepEqual((await runRules(rules, text)).samples, samples));
  }
});

test("durations fall into inclusive buckets, and a word is an error", async () => {
  const rules = { job_duration_seconds: { match: "job {job} took {value:duration}", buckets: [0.1, 1, 10] } };
  const text = ["50 ms", "0.1 s", "2 s", "1 m", "ages", "-"].map((took) => `job a took ${took}\n`).join("");
  const { samples, errors } = await runRules(rules, text);
  assert.deepEqual(samples, [
    'job_duration_seconds_bucket{job="a",le="0.1"} 2',
    'job_duration_seconds_bucket{job="a",le="1"} 2',
    'job_duration_seconds_bucket{job="a",le="10"} 3',
    'job_duration_seconds_bucket{job="a",le="+Inf"} 4',
    'job_duration_seconds_sum{job="a"} 62.15',
    'job_duration_seconds_count{job="a"} 4',
  ]);
  assert.deepEqual(errors, ["job_duration_seconds: not_a_number"]);
});

test("default buckets: 5 ms to 60 s, and 64 B to 1 MiB in powers of four", async () => {
  const bounds = async (rules: Rules) =>
    (await runRules(rules, "")).samples
      .map((line) => /le="(.*)"/.exec(line)?.[1])
      .filter((bound) => bound !== undefined);
  assert.deepEqual((await bounds({ a_seconds: "took {value}" })).map(Number), [
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1,
    2.5,
    5,
    10,
    30,
    60,
    Number.NaN,
  ]);
  assert.equal(
    (await bounds({ a_bytes: "sent {value}" })).join(" "),
    "64 256 1024 4096 16384 65536 262144 1048576 +Inf",
  );
});

test("a negative increment is refused and counted", async () => {
  const { samples, errors } = await runRules({ a_total: "n={value}" }, "n=5\nn=-2\n");
  assert.deepEqual(samples, ["a_total 5"]);
  assert.deepEqual(errors, ["a_total: negative"]);
});

test("an error in one rule does not stop another", async () => {
  const { samples } = await runRules({ a_total: "n={value}", b_total: "n=" }, "n=x\n");
  assert.deepEqual(samples, ["a_total 0", "b_total 1"]);
});

test("past its limit a metric folds new label sets into one series, and totals stay exact", async () => {
  const text = Array.from({ length: 500 }, (_, index) => `user=${index % 50};\n`).join("");
  const { samples } = await runRules({ a_total: { match: "user={user};", limit: 10 } }, text);
  assert.equal(samples.length, 11);
  assert.equal(samples.at(-1), 'a_total{overflow="true"} 400');
  const total = samples.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  assert.equal(total, 500);
});

test("many rules with literals give the same as each alone", async () => {
  const literals = ["err", "error", "error in", "rror", "a", "ab", "bab"];
  const rules = Object.fromEntries(literals.map((literal, index) => [`r${index}_total`, literal]));
  const lines = ["error in x", "erro", "bab", "a error", "", "err err error in", "abab"];
  const together = (await runRules(rules, `${lines.join("\n")}\n`)).samples;
  const alone = literals.map(
    (literal, index) => `r${index}_total ${lines.filter((line) => line.includes(literal)).length}`,
  );
  assert.deepEqual(together, alone);
});

test("a long line is matched on its beginning and counted once", async () => {
  const outcome = await runRules({ a_total: "begin", b_total: "end" }, `begin ${"x".repeat(100)} end\n`, {
    maxLine: 50,
  });
  assert.deepEqual(outcome.samples, ["a_total 1", "b_total 0"]);
  assert.equal(outcome.truncated, 1);
});

test("records that no rule matches are counted", async () => {
  assert.equal((await runRules({ a_total: "x" }, "x\ny\n\n")).unmatched, 2);
});

describe("rules that are refused", () => {
  const cases: [sentence: string, rules: Rules, problem: RegExp][] = [
    ["neither match nor regex", { a_total: {} }, /^a_total: a rule needs exactly one of/],
    ["two at once", { a_total: { match: "x", regex: "x" } }, /has match and regex/],
    ["a gauge without a value", { depth: "x" }, /^depth: the gauge "depth" needs a value/],
    ["a histogram without a value", { a_seconds: { match: "x", type: "histogram" } }, /needs a value/],
    ["a bad pattern", { a_total: { regex: "(" } }, /^a_total\.regex: invalid/],
    ["a look-ahead, by name", { a_total: { regex: "(?=x)" } }, /look-ahead/],
    [
      "an unknown capture in a list",
      { a_total: { match: "{user}", labels: ["usr"] } },
      /^a_total\.labels\.0: .*did you mean "user"/,
    ],
    [
      "an unknown capture in a label",
      { a_total: { match: "{user}", labels: { u: "{usr}" } } },
      /^a_total\.labels\.u: .*did you mean "user"/,
    ],
    [
      "an unknown filter in a label",
      { a_total: { match: "{user}", labels: { u: "{user:lwer}" } } },
      /did you mean \{user:lower\}/,
    ],
    ["an unknown capture in when", { a_total: { match: "{user}", when: { usr: 1 } } }, /^a_total\.when\.usr/],
    ["a label that begins with __", { a_total: "{__x}" }, /__/],
    ["a bad label name", { a_total: { match: "{a}", labels: { "a-b": "x" } } }, /no label name/],
    ["le in a histogram", { a_seconds: "{le} {value}" }, /"le"/],
    ["overflow as a label", { a_total: "{overflow} x" }, /overflow/],
    ["a bad metric name", { "a-b_total": "x" }, /no metric name/],
    ["a reserved metric name", { outrigger_a_total: "x" }, /outrigger_/],
    ["buckets that do not rise", { a_seconds: { match: "{value}", buckets: [1, 1] } }, /^a_seconds\.buckets\.1/],
    ["buckets of a counter", { a_total: { match: "{value}", buckets: [1] } }, /^a_total\.buckets/],
    ["a unit without a value", { a_total: { match: "x", unit: "ms" } }, /^a_total\.unit/],
    ["a unit beside a typed value", { a_seconds: { match: "{value:duration}", unit: "ms" } }, /^a_seconds\.unit/],
    ["an unknown label in init", { a_total: { match: "{a}", init: [{ b: "x" }] } }, /^a_total\.init\.0\.b/],
    ["a missing label in init", { a_total: { match: "{a}", init: [{}] } }, /"a" is missing/],
    ["two rules that expose the same", { a: { match: "x", type: "counter" }, a_total: "y" }, /needs the name a_total/],
    [
      "a part of another's histogram",
      { a_seconds: "{value}", a_seconds_count: "n={value}" },
      /needs the name a_seconds_count/,
    ],
  ];
  for (const [sentence, rules, problem] of cases) {
    test(sentence, () => assert.match(problemsOf(rules).join("\n"), problem));
  }
});

describe("unsafe: true", () => {
  test("takes look-around and back references", async () => {
    const rules = { a_total: { regex: "(?<=id=)(?<id>\\d+) (\\w)\\2(?!x)", unsafe: true } };
    assert.deepEqual((await runRules(rules, "id=7 aax\nid=7 aay\nid=8 ab\n")).samples, ['a_total{id="7"} 1']);
  });

  test("a catastrophic pattern is given up in time, and another rule is still right", async () => {
    const rules = { bad_total: { regex: "^(?=(a+)+$)\\1*(?<x>b)?(a|aa)+$", unsafe: true }, good_total: "a" };
    const began = performance.now();
    const { samples, errors } = await runRules(rules, `${"a".repeat(60)}!\n`.repeat(5));
    assert.ok(performance.now() - began < 15_000);
    assert.deepEqual(samples.at(-1), "good_total 5");
    assert.deepEqual(errors, Array(5).fill("bad_total: timeout"));
  });

  test("is for a regex only", () => {
    assert.match(problemsOf({ a_total: { match: "x", unsafe: true } }).join("\n"), /^a_total\.unsafe/);
  });
});
