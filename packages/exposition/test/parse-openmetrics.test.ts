import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ExpositionError } from "../src/document.ts";
import { parseOpenMetrics } from "../src/parse-openmetrics.ts";

const buckets = (...counts: number[]) =>
  counts
    .map((count, index) => `h_bucket{le="${index === counts.length - 1 ? "+Inf" : `${index + 1}.0`}"} ${count}\n`)
    .join("");

describe("refused", () => {
  const cases: [sentence: string, text: string, reason: RegExp][] = [
    ["a missing # EOF", "a 1\n", /# EOF is missing/],
    ["text behind # EOF", "# EOF\na 1\n", /behind # EOF/],
    ["an empty line", "a 1\n\n# EOF\n", /empty line/],
    ["a repeated TYPE", "# TYPE a gauge\n# TYPE a gauge\na 1\n# EOF\n", /second TYPE/],
    ["a TYPE after samples", "a 1\n# TYPE a gauge\n# EOF\n", /after its samples/],
    ["a UNIT that is no suffix", "# TYPE a gauge\n# UNIT a seconds\na 1\n# EOF\n", /no suffix/],
    ["a counter of -1", "# TYPE a counter\na_total -1\n# EOF\n", /negative/],
    ["a histogram without +Inf", '# TYPE h histogram\nh_bucket{le="1.0"} 1\n# EOF\n', /no bucket \+Inf/],
    ["falling buckets", `# TYPE h histogram\n${buckets(2, 1)}# EOF\n`, /fall/],
    ["a count other than +Inf", `# TYPE h histogram\n${buckets(1, 2)}h_count 3\nh_sum 1\n# EOF\n`, /count/],
    ["a duplicate label", 'a{b="1",b="2"} 1\n# EOF\n', /appears twice/],
    ["1_2 as a value", "a 1_2\n# EOF\n", /no number/],
    ["0x1 as a value", "a 0x1\n# EOF\n", /no number/],
    ["the same series twice", 'a{b="1"} 1\na{b="1"} 2\n# EOF\n', /appears twice/],
    ["an exemplar on a gauge", "# TYPE a gauge\na 1 # {} 1\n# EOF\n", /exemplar/],
    ["untyped", "# TYPE a untyped\na 1\n# EOF\n", /no type/],
    ["two blanks", "a  1\n# EOF\n", /./],
    [
      "groups that are not together",
      '# TYPE a gauge\na{b="1"} 1 1\na{b="2"} 1 1\na{b="1"} 2 2\n# EOF\n',
      /not together/,
    ],
  ];
  for (const [sentence, text, reason] of cases) {
    test(sentence, () =>
      assert.throws(
        () => parseOpenMetrics(text),
        (error) => error instanceof ExpositionError && reason.test(error.message) && /^line \d+: /.test(error.message),
      ),
    );
  }
});

describe("accepted", () => {
  const cases: [sentence: string, line: string, value: number, labels: [string, string][]][] = [
    [
      "} and # inside label values",
      'a{b="}",c="# {"} 1',
      1,
      [
        ["b", "}"],
        ["c", "# {"],
      ],
    ],
    ["empty label values", 'a{b=""} 1', 1, [["b", ""]]],
    ["leading zeros", "a 0001", 1, []],
    ["2^63", "a 9223372036854775808", 2 ** 63, []],
    ["unknown escapes, which are kept", 'a{b="\\x\\n\\"\\\\"} 1', 1, [["b", '\\x\n"\\']]],
    ["infinities in any case", "a -INF", Number.NEGATIVE_INFINITY, []],
  ];
  for (const [sentence, line, value, labels] of cases) {
    test(sentence, () => {
      const [family] = parseOpenMetrics(`# HELP a \n${line}\n# EOF\n`);
      assert.deepEqual(family?.samples, [{ name: "a", labels, value }]);
    });
  }

  test("a counter's name includes _total, its created time and exemplar are kept", () => {
    const text = '# TYPE a counter\na_total 1 # {t="x"} 0.5 12.5\na_created 9\n# EOF\n';
    const [family] = parseOpenMetrics(text);
    assert.equal(family?.name, "a_total");
    assert.deepEqual(
      family?.samples.map(({ name }) => name),
      ["a_total", "a_created"],
    );
    assert.deepEqual(family?.samples[0]?.exemplar, { labels: [["t", "x"]], value: 0.5, timestamp: 12.5 });
  });
});
