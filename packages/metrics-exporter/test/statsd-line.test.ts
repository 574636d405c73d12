import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readLine, type StatsdError, type StatsdLine } from "../src/sources/statsd/line.ts";
import { Mapper } from "../src/sources/statsd/mapping.ts";

const base: StatsdLine = { name: "a", type: "c", values: [1], relative: false, times: 1, tags: [] };

describe("lines", () => {
  const cases: [line: string, expected: Partial<StatsdLine> | StatsdError][] = [
    ["a:1|c", {}],
    ["a.b-c:2.5|c", { name: "a.b-c", values: [2.5] }],
    ["a:1|c|@0.1", { times: 10 }],
    ["a:1|c|@0", { times: 1 }],
    ["a:-5|g", { type: "g", values: [-5], relative: true }],
    ["a:+5|g", { type: "g", values: [5], relative: true }],
    ["a:320|ms", { type: "ms", values: [320] }],
    ["a:1:2:3|d", { type: "d", values: [1, 2, 3] }],
    [
      "a:1|h|#x:1,y:a:b,flag",
      {
        type: "h",
        tags: [
          ["x", "1"],
          ["y", "a:b"],
        ],
      },
    ],
    [
      "a,x=1,y=2:1|c",
      {
        tags: [
          ["x", "1"],
          ["y", "2"],
        ],
      },
    ],
    ["a#x=1:1|c", { tags: [["x", "1"]] }],
    [
      "a[x=1,y=2]:1|c",
      {
        tags: [
          ["x", "1"],
          ["y", "2"],
        ],
      },
    ],
    ["pre[x=1]post:1|c", { name: "prepost", tags: [["x", "1"]] }],
    ["a:1|c|#x:1|c:0123abc|T1700000000", { tags: [["x", "1"]] }],
    ["a,x=1:1|c|#y:2", "mixed_tags"],
    ["a:x|c", "bad_value"],
    ["a:|c", "bad_value"],
    ["a:nan|g", "bad_value"],
    ["a:1e999|g", "bad_value"],
    ["a:-1|c", "negative"],
    ["a:1|c|@x", "bad_rate"],
    ["a:1|s", "unsupported"],
    ["_e{5,4}:title|text", "unsupported"],
    ["_sc|name|0", "unsupported"],
    ["a", "malformed"],
    [":1|c", "malformed"],
    ["a:1", "malformed"],
    ["a:1|x", "malformed"],
    ["a:1|c|nonsense", "malformed"],
  ];
  for (const [line, expected] of cases) {
    test(line, () =>
      assert.deepEqual(readLine(line), typeof expected === "string" ? expected : { ...base, ...expected }),
    );
  }
});

test("mappings: the first that matches wins, stars are parts between dots", () => {
  const mapper = new Mapper([
    { match: "noise.*", matchType: "glob", action: "drop" },
    {
      match: "web.*.*.time",
      matchType: "glob",
      name: "http_$2",
      labels: { host: "$1", both: "\u0024{1}-\u0024{2}" },
      action: "map",
    },
    { match: "^(\\w+)\\.q(\\d+)$", matchType: "regex", name: "queue", labels: { n: "$2" }, action: "map" },
  ]);
  assert.equal(mapper.map("noise.x"), "drop");
  assert.deepEqual(mapper.map("noise.x.y"), { name: "noise.x.y", labels: [] });
  assert.deepEqual(mapper.map("web.h1.get.time"), {
    name: "http_get",
    labels: [
      ["host", "h1"],
      ["both", "h1-get"],
    ],
  });
  assert.deepEqual(mapper.map("app.q7"), { name: "queue", labels: [["n", "7"]] });
});
