import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { keepFamilies } from "../../../test/harness/renderings.ts";
import type { Family } from "../src/document.ts";
import { type Claim, merge } from "../src/merge.ts";
import { parseOpenMetrics } from "../src/parse-openmetrics.ts";
import { parseText } from "../src/parse-text.ts";
import { renderFamily } from "../src/render-family.ts";

const plenty = 1000;

function merged(texts: readonly string[], { claims = [] as Claim[], room = plenty } = {}) {
  const contributions = texts.map((text, index) => ({ source: String(index), families: parseText(text) }));
  const result = merge(contributions, new Map(claims.map((claim) => [claim.name, claim])), room);
  const [text] = (["text", "openmetrics"] as const).map((format) =>
    keepFamilies(
      format,
      result.families.flatMap((family) => renderFamily(family, format).map((one) => one.text)).join(""),
    ),
  );
  return { ...result, text };
}

describe("merging", () => {
  test("the same family and type is one family with the samples of all and the first HELP", () => {
    const { text, conflicts } = merged([
      '# HELP a One.\n# TYPE a gauge\na{x="1"} 1\n',
      '# HELP a Two.\n# TYPE a gauge\na{x="2"} 2\n',
    ]);
    assert.equal(text, '# HELP a One.\n# TYPE a gauge\na{x="1"} 1\na{x="2"} 2\n');
    assert.deepEqual(conflicts, []);
  });

  test("another type is dropped, the same series is taken from the first, and both are counted", () => {
    const { text, conflicts } = merged(["# TYPE a gauge\na 1\n", "# TYPE a counter\na 2\n", "# TYPE a gauge\na 3\n"]);
    assert.equal(text, "# TYPE a gauge\na 1\n");
    assert.deepEqual(conflicts, [
      { metric: "a", source: "1" },
      { metric: "a", source: "2" },
    ]);
  });

  test("an empty label is the same as none", () => {
    assert.equal(merged(["a 1\n", 'a{x=""} 2\n']).conflicts.length, 1);
  });

  test("a histogram's group comes from one source as a whole", () => {
    const histogram = (le: string) =>
      `# TYPE h histogram\nh_bucket{le="${le}"} 1\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n`;
    const { families, conflicts } = merged([histogram("1"), histogram("2")]);
    assert.equal(families[0]?.samples.length, 4);
    assert.equal(conflicts.length, 4);
  });

  test("a part of a histogram's name is not free for another", () => {
    const { families } = merged(['# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n', "h_count 5\n"]);
    assert.deepEqual(
      families.map(({ name }) => name),
      ["h"],
    );
  });

  test("claims can be added to but not changed", () => {
    const claim: Claim = { name: "a_total", type: "counter", groups: () => new Set(['["",["x","1"]]']) };
    const { families, conflicts } = merged(
      ['# TYPE a_total counter\na_total{x="1"} 1\na_total{x="2"} 2\n', "# TYPE a gauge\na 1\n"],
      { claims: [claim] },
    );
    assert.deepEqual(
      families.map(({ samples }) => samples.map(({ value }) => value)),
      [[2]],
    );
    assert.equal(conflicts.length, 2);
  });

  test("without room for all of a histogram's group none of it is shown", () => {
    const group = (x: string) => `h_bucket{x="${x}",le="+Inf"} 1\nh_sum{x="${x}"} 1\nh_count{x="${x}"} 1\n`;
    const { families, refused } = merged([`# TYPE h histogram\n${group("1")}${group("2")}`, "a 1\n"], { room: 5 });
    assert.deepEqual(Object.fromEntries(families.map(({ name, samples }) => [name, samples.length])), { h: 3, a: 1 });
    assert.deepEqual(refused, new Map([["0", 3]]));
  });

  test("samples beyond the room are refused and counted by source", () => {
    const { families, refused } = merged(["a 1\nb 2\n", "c 3\n"], { room: 1 });
    assert.equal(families.length, 1);
    assert.deepEqual(
      [...refused],
      [
        ["0", 1],
        ["1", 1],
      ],
    );
  });
});

describe("between the formats", () => {
  const rendered = (text: string, format: "text" | "openmetrics", contested = false) => {
    const families = text.endsWith("# EOF\n") ? parseOpenMetrics(text) : parseText(text);
    const parts = families.flatMap((family) => renderFamily(family, format, contested).map((one) => one.text));
    return keepFamilies(format, parts.join(""));
  };
  const cases: [sentence: string, from: string, format: "text" | "openmetrics", to: string][] = [
    ["a counter without _total is unknown", "# TYPE a counter\na 1\n", "openmetrics", "# TYPE a unknown\na 1\n"],
    [
      "a counter with it keeps its type",
      "# TYPE a_total counter\na_total 1\n",
      "openmetrics",
      "# TYPE a counter\na_total 1\n",
    ],
    [
      "a negative counter loses its type",
      "# TYPE a_total counter\na_total -1\n",
      "openmetrics",
      "# TYPE a_total unknown\na_total -1\n",
    ],
    ["untyped is unknown", "a 1\n", "openmetrics", "# TYPE a unknown\na 1\n"],
    ["unknown is untyped", "a 1\n# EOF\n", "text", "# TYPE a untyped\na 1\n"],
    ["an info is a gauge", '# TYPE a info\na_info{v="1"} 1\n# EOF\n', "text", '# TYPE a_info gauge\na_info{v="1"} 1\n'],
    ["a stateset is a gauge", '# TYPE a stateset\na{a="x"} 1\n# EOF\n', "text", '# TYPE a gauge\na{a="x"} 1\n'],
    [
      "exemplars and _created are dropped",
      "# TYPE a counter\na_total 1 # {} 1\na_created 2\n# EOF\n",
      "text",
      "# TYPE a_total counter\na_total 1\n",
    ],
    [
      "bounds are canonical",
      '# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n',
      "openmetrics",
      '# TYPE h histogram\nh_bucket{le="1.0"} 1\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n',
    ],
  ];
  for (const [sentence, from, format, to] of cases) {
    test(sentence, () => assert.equal(rendered(from, format), to));
  }

  test("a contested name costs the type, not the samples", () => {
    assert.equal(
      rendered("# TYPE a_total counter\na_total 1\n", "openmetrics", true),
      "# TYPE a_total unknown\na_total 1\n",
    );
  });
});

describe("a family that only one source has", () => {
  const [family] = parseText('a{x="1"} 1\na{x="2"} 2\n') as [Family];

  test("is passed on as it is, so that its text need not be written again", () => {
    const { families } = merge([{ source: "s", families: [family] }], new Map(), 2);
    assert.equal(families[0], family);
  });

  test("is cut when there is no room for all of it", () => {
    const { families, refused } = merge([{ source: "s", families: [family] }], new Map(), 1);
    assert.equal(families[0]?.samples.length, 1);
    assert.deepEqual(refused, new Map([["s", 1]]));
  });

  test("loses a series that differs in an empty label only", () => {
    const twice = parseText('a{x="1"} 1\na{x="1",y=""} 2\n');
    const { families, conflicts } = merge([{ source: "s", families: twice }], new Map(), 10);
    assert.deepEqual(
      families[0]?.samples.map(({ value }) => value),
      [1],
    );
    assert.equal(conflicts.length, 1);
  });
});
