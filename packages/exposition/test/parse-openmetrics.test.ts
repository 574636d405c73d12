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
    ["a UNIT of an info", "# TYPE a_s info\n# UNIT a_s s\n# EOF\n", /has no unit/],
    ["a repeated HELP", "# HELP a x\n# HELP a x\na 1\n# EOF\n", /second HELP/],
    ["a HELP after samples", "a 1\n# HELP a x\n# EOF\n", /after its samples/],
    ["a repeated UNIT", "# UNIT a_s s\n# UNIT a_s s\na_s 1\n# EOF\n", /second UNIT/],
    ["metadata of no known kind", "# FOO a x\n# EOF\n", /neither/],
    ["a HELP without a text", "# HELP a\n# EOF\n", /neither/],
    ["a comment", "#\n# EOF\n", /neither/],
    ["a text that stops within # EOF", "a 1\n# EO", /neither/],
    ["a carriage return", "a 1\r\n# EOF\n", /no number/],
    ["the samples of one metric in two places", "a 1\nb 1\na 2\n# EOF\n", /belongs to another/],
    [
      "a gauge with the name of a counter's sample",
      "# TYPE a counter\na_total 1\n# TYPE a_total gauge\n# EOF\n",
      /belongs/,
    ],
    ["a counter of -1", "# TYPE a counter\na_total -1\n# EOF\n", /negative/],
    ["a counter of NaN", "# TYPE a counter\na_total NaN\n# EOF\n", /NaN/],
    ["a counter without _total", "# TYPE a counter\na 1\n# EOF\n", /belongs to another/],
    ["an info that is not 1", '# TYPE a info\na_info{v="1"} 2\n# EOF\n', /not 1/],
    ["a state that is neither 0 nor 1", '# TYPE a stateset\na{a="x"} 2\n# EOF\n', /neither 0 nor 1/],
    ["a state without its label", "# TYPE a stateset\na 1\n# EOF\n", /no label/],
    ["a quantile above 1", '# TYPE a summary\na{quantile="1.5"} 1\n# EOF\n', /no valid label quantile/],
    ["a quantile of -1", '# TYPE a summary\na{quantile="0.5"} -1\n# EOF\n', /negative/],
    ["a histogram without +Inf", '# TYPE h histogram\nh_bucket{le="1.0"} 1\n# EOF\n', /no bucket \+Inf/],
    ["falling buckets", `# TYPE h histogram\n${buckets(2, 1)}# EOF\n`, /fall/],
    ["a count other than +Inf", `# TYPE h histogram\n${buckets(1, 2)}h_count 3\nh_sum 1\n# EOF\n`, /count/],
    ["a count without a sum", `# TYPE h histogram\n${buckets(1, 2)}h_count 2\n# EOF\n`, /only one of/],
    ["a sum without a count", `# TYPE h histogram\n${buckets(1, 2)}h_sum 2\n# EOF\n`, /only one of/],
    ["half an event in a bucket", `# TYPE h histogram\n${buckets(1, 1.5)}# EOF\n`, /whole number/],
    ["a bucket without le", "# TYPE h histogram\nh_bucket 1\n# EOF\n", /no valid label le/],
    ["the bound +Inf written Inf", '# TYPE h histogram\nh_bucket{le="Inf"} 1\n# EOF\n', /must be written/],
    ["bounds that are out of order", '# TYPE h histogram\nh_bucket{le="2"} 1\nh_bucket{le="1"} 1\n# EOF\n', /order/],
    ["a label that is not quoted", "a{b=1} 1\n# EOF\n", /no "/],
    ["a label that is not closed", 'a{b="1} 1\n# EOF\n', /not closed/],
    ["two labels without a comma", 'a{b="1"c="2"} 1\n# EOF\n', /no ,/],
    ["a comma behind the last label", 'a{b="1",} 1\n# EOF\n', /comma/],
    ["a label that begins with a digit", 'a{1="1"} 1\n# EOF\n', /label name/],
    ["a name with a dot", "a.b 1\n# EOF\n", /no blank/],
    ["no blank between labels and value", 'a{b="1"}1\n# EOF\n', /no blank/],
    ["a blank behind the value", "a 1 \n# EOF\n", /nothing/],
    ["no value", "a\n# EOF\n", /no blank/],
    ["a duplicate label", 'a{b="1",b="2"} 1\n# EOF\n', /appears twice/],
    ["1_2 as a value", "a 1_2\n# EOF\n", /no number/],
    ["0x1 as a value", "a 0x1\n# EOF\n", /no number/],
    ["0b1 as a value", "a 0b1\n# EOF\n", /no number/],
    ["1e as a value", "a 1e\n# EOF\n", /no number/],
    ["NaN as a timestamp", "a 1 NaN\n# EOF\n", /no timestamp/],
    ["1_2 as a timestamp", "a 1 1_2\n# EOF\n", /no number/],
    ["timestamps that go back", "a 1 2\na 2 1\n# EOF\n", /go back/],
    ["a timestamp on some samples of a series only", "a 1\na 2 1\n# EOF\n", /some of its samples only/],
    ["the same series twice at one time", "a 1 1.50\na 2 01.5\n# EOF\n", /appears twice/],
    ["the same series twice", 'a{b="1"} 1\na{b="1"} 2\n# EOF\n', /appears twice/],
    ["an exemplar on a gauge", "# TYPE a gauge\na 1 # {} 1\n# EOF\n", /exemplar/],
    ["an exemplar on a sum", "# TYPE h histogram\nh_sum 1 # {} 1\n# EOF\n", /exemplar/],
    ["an exemplar without labels", "# TYPE a counter\na_total 1 # 1\n# EOF\n", /begins with its labels/],
    ["an exemplar without a value", '# TYPE a counter\na_total 1 # {t="x"}\n# EOF\n', /no blank/],
    [
      "an exemplar of 129 characters",
      `# TYPE a counter\na_total 1 # {t="${"x".repeat(128)}"} 1\n# EOF\n`,
      /longer than 128/,
    ],
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
    ["empty braces", "a{} 1", 1, []],
    ["a blank, # and { that look like an exemplar", 'a{b=" # {c=\\"1\\"} 1"} 2', 2, [["b", ' # {c="1"} 1']]],
    ["NUL bytes", 'a{b="\0"} 1', 1, [["b", "\0"]]],
    ["numbers that begin or end with a point", "a .5e+1", 5, []],
    ["timestamps, which are dropped", "a 1 -1.5e3", 1, []],
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

  test("a text without samples", () => {
    assert.deepEqual(parseOpenMetrics("# EOF"), []);
    assert.deepEqual(parseOpenMetrics("# TYPE a counter\n# EOF\n"), []);
  });

  test("a series at several times, even if they are a nanosecond apart: the last one counts", () => {
    const [family] = parseOpenMetrics("a 1 1700000000.000000001\na 2 1700000000.000000002\n# EOF\n");
    assert.deepEqual(family?.samples, [{ name: "a", labels: [], value: 2 }]);
  });

  test("an exemplar of 128 characters, of which many take two units of UTF-16", () => {
    const [family] = parseOpenMetrics(`# TYPE a counter\na_total 1 # {t="${"😀".repeat(127)}"} 1\n# EOF\n`);
    assert.equal(family?.samples[0]?.exemplar?.labels[0]?.[1].length, 254);
  });

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
