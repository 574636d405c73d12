import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ExpositionError } from "../src/document.ts";
import { parseText } from "../src/parse-text.ts";

describe("accepted", () => {
  const cases: [sentence: string, text: string, samples: [string, number][]][] = [
    ["nothing", "", []],
    ["blanks and tabs between the parts", '  a\t{ b = "1" , } \t 5 \n', [["a", 5]]],
    ["timestamps, which are dropped", "a 1 1700000000000\n", [["a", 1]]],
    ["comments and empty lines", "# just a comment\n\n#\na 1\n# EOF\n", [["a", 1]]],
    [
      "samples of one metric that are not together",
      'a 1\nb 2\na{x="1"} 3\n',
      [
        ["a", 1],
        ["a", 3],
        ["b", 2],
      ],
    ],
    [
      "NaN and infinities",
      "a nan\nb +Inf\n",
      [
        ["a", Number.NaN],
        ["b", Number.POSITIVE_INFINITY],
      ],
    ],
  ];
  for (const [sentence, text, samples] of cases) {
    test(sentence, () => {
      const parsed = parseText(text).flatMap((family) => family.samples);
      assert.deepEqual(
        parsed.map(({ name, value }) => [name, value]),
        samples,
      );
    });
  }

  test("histograms and summaries hold their parts", () => {
    const text = `# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_sum 2\nh_count 1\n# TYPE s summary\ns{quantile="0.5"} 1\ns_sum 2\ns_count 3\ns_bucket 4\n`;
    assert.deepEqual(
      parseText(text).map(({ name, type, samples }) => [name, type, samples.length]),
      [
        ["h", "histogram", 3],
        ["s", "summary", 3],
        ["s_bucket", "unknown", 1],
      ],
    );
  });
});

describe("refused", () => {
  const cases: [sentence: string, text: string][] = [
    ["a half-written last line", "a 1\nb 2"],
    ["the same series twice, labels in any order", 'a{x="1",y="2"} 1\na{y="2",x="1"} 1\n'],
    ["a second TYPE", "# TYPE a gauge\n# TYPE a gauge\n"],
    ["a second HELP", "# HELP a x\n# HELP a y\n"],
    ["a TYPE after samples", "a 1\n# TYPE a gauge\n"],
    ["an unknown type", "# TYPE a info\n"],
    ["no value", "a\n"],
    ["a word as a value", "a one\n"],
    ["a bad name", "1a 1\n"],
    ["an unknown escape", 'a{b="\\x"} 1\n'],
    ["a label that is not closed", 'a{b="1} 1\n'],
    ["an exemplar", "a 1 # {} 1\n"],
    ["a bucket without its bound", "# TYPE h histogram\nh_bucket 1\n"],
    ["a carriage return", "a 1\r\n"],
  ];
  for (const [sentence, text] of cases) {
    test(sentence, () => assert.throws(() => parseText(text), ExpositionError));
  }
});
