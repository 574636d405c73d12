import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { problemsOf, type Rules, runRules } from "./run-rules.ts";

describe("rules on JSON records", () => {
  const cases: [sentence: string, rules: Rules, text: string, samples: string[]][] = [
    [
      "the contract's example",
      { errors_total: { json: { level: "error" }, labels: { logger: "$.logger" } } },
      '{"level":"error","logger":"db"}\n{"level":"info","logger":"db"}\n',
      ['errors_total{logger="db"} 1'],
    ],
    [
      "the condition is met at the top level only",
      { a_total: { json: { level: "error" } } },
      '{"nested":{"level":"error"}}\nlevel error\n{"level":"error"\n[{"level":"error"}]\n',
      ["a_total 0"],
    ],
    ["an empty mapping takes every object", { a_total: { json: {} } }, '{}\n{"a":1}\nx\n"s"\n7\n', ["a_total 2"]],
    ["a missing label field is empty", { a_total: { json: {}, labels: { l: "$.x" } } }, "{}\n", ['a_total{l=""} 1']],
    ["dotted paths", { a_total: { json: { "a.b": 1 } } }, '{"a":{"b":1}}\n{"a.b":1}\n{"a":1}\n', ["a_total 2"]],
    [
      "comparisons and lists",
      { a_total: { json: { status: ">= 500" } }, b_total: { json: { status: [200, 201] } } },
      '{"status":500}\n{"status":"503"}\n{"status":201}\n{}\n',
      ["a_total 2", "b_total 1"],
    ],
    [
      "value and unit, also of strings; null and absent are no observation",
      { a_seconds: { json: {}, value: "$.ms", unit: "ms", buckets: [1] } },
      '{"ms":500}\n{"ms":"1500"}\n{"ms":null}\n{}\n',
      ['a_seconds_bucket{le="1"} 1', 'a_seconds_bucket{le="+Inf"} 2', "a_seconds_sum 2", "a_seconds_count 2"],
    ],
    ["a field called value is just a field", { a_total: { json: {} } }, '{"value":7}\n', ["a_total 1"]],
    ["map", { up: { json: {}, value: "$.s", map: { UP: 1 } } }, '{"s":"UP"}\n', ["up 1"]],
    [
      "labels of text and paths",
      { a_total: { json: {}, labels: { r: "{$.m} {$.u:path}" } } },
      '{"m":"GET","u":"/x/7?y"}\n',
      ['a_total{r="GET /x/:id"} 1'],
    ],
    [
      "labels and values by quoted names",
      { a_total: { json: {}, labels: { l: "$['log.level']" } }, b: { json: {}, value: "$['a b']" } },
      '{"log.level":"info","a b":3}\n',
      ['a_total{l="info"} 1', "b 3"],
    ],
    [
      "when by dotted path",
      { a_total: { json: {}, when: { "a.b": "!= x" } } },
      '{"a":{"b":"y"}}\n{"a":{"b":"x"}}\n',
      ["a_total 1"],
    ],
  ];
  for (const [sentence, rules, text, samples] of cases) {
    test(sentence, async () => assert.deepEqual((await runRules(rules, text)).samples, samples));
  }
});

describe("rules by preset", () => {
  const access = [
    '10.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET /a?b=1 HTTP/1.1" 200 2326 "-" "curl"',
    '10.0.0.1 - ann [10/Oct/2000:13:55:36 -0700] "GET /b HTTP/2.0" 404 0 "-" "curl"',
    '10.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "\\x16\\x03\\x01" 400 150 "-" "-"',
    '10.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "-" 400 0 "-" "-"',
    '10.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "" 400 0 "-" "-"',
    '10.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET /a\\"b HTTP/1.1" 200 5 "-" "-"',
  ].join("\n");

  test("nginx: every access line counts, whatever the request line is", async () => {
    const { samples, unmatched } = await runRules(
      { http_requests_total: { preset: "nginx", labels: ["method", "status"] } },
      access,
    );
    assert.deepEqual(samples, [
      'http_requests_total{method="GET",status="200"} 2',
      'http_requests_total{method="GET",status="404"} 1',
      'http_requests_total{method="",status="400"} 3',
    ]);
    assert.equal(unmatched, 0);
  });

  test("no labels by default, and a field as the value", async () => {
    const rules = { http_requests_total: { preset: "nginx" }, sent_bytes_total: { preset: "apache", value: "bytes" } };
    assert.deepEqual((await runRules(rules, access)).samples, ["http_requests_total 6", "sent_bytes_total 2481"]);
  });

  test("conditions and filters on fields", async () => {
    const rules = { a_total: { preset: "nginx", when: { status: ">= 400" }, labels: { code: "{status:class}" } } };
    assert.deepEqual((await runRules(rules, access)).samples, ['a_total{code="4xx"} 4']);
  });

  test("logfmt: the first of equal keys wins and quotes are honoured", async () => {
    const rules = { a_total: { preset: "logfmt", labels: ["level", "msg"] } };
    const text = 'level=info level=warn msg="a b" x=1\nplain text here\n';
    assert.deepEqual((await runRules(rules, text)).samples, ['a_total{level="info",msg="a b"} 1']);
  });

  test("json and formats on top of JSON", async () => {
    const rules: Rules = {
      a_total: { preset: "json", labels: ["level"] },
      b_total: { preset: "pino", labels: ["method", "status"] },
    };
    const text = '{"level":30,"req":{"method":"GET"},"res":{"statusCode":200}}\n';
    assert.deepEqual((await runRules(rules, text)).samples, [
      'a_total{level="30"} 1',
      'b_total{method="GET",status="200"} 1',
    ]);
  });

  test("levels are given as the log writes them", async () => {
    const rules = { a_total: { preset: "serilog", labels: ["level"] } };
    const text = "2026-01-01 12:00:00.123 +00:00 [INF] Environment: TEST\n";
    assert.deepEqual((await runRules(rules, text)).samples, ['a_total{level="INF"} 1']);
  });
});

describe("refused", () => {
  const cases: [rules: Rules, problem: RegExp][] = [
    [{ a_total: { preset: "ngnix" } }, /^a_total\.preset: .*did you mean "nginx"/],
    [{ a_total: { preset: "nginx", labels: ["sttus"] } }, /^a_total\.labels\.0: .*did you mean "status"/],
    [{ a_total: { preset: "nginx", value: "byte" } }, /^a_total\.value: .*did you mean "bytes"/],
    [{ a_total: { json: { "$.a[": 1 } } }, /^a_total\.json: .*no path/],
    [{ a_total: { json: {}, labels: { x: "$.a[?" } } }, /^a_total\.labels\.x/],
  ];
  for (const [rules, problem] of cases) {
    test(JSON.stringify(rules), () => assert.match(problemsOf(rules).join("\n"), problem));
  }
});
