/** Valid documents of every kind, and ways to break them a little. */

export const cases: readonly string[] = [
  "# TYPE a counter\n# HELP a help\na_total 1\n# EOF\n",
  "# TYPE a_seconds counter\n# UNIT a_seconds seconds\na_seconds_total 1\na_seconds_created 2\n# EOF\n",
  '# TYPE a gauge\na{b="}",c="#",d=""} 1 12\n# EOF\n',
  '# HELP a \n# TYPE a gauge\na{b="\\x \\" \\\\ \\n"} 001.50\n# EOF\n',
  '# TYPE a histogram\na_bucket{le="0.5"} 1\na_bucket{le="+Inf"} 2 # {t="x"} 0.7 12.5\na_count 2\na_sum 1.5\na_created 9\n# EOF\n',
  '# TYPE a gaugehistogram\na_bucket{le="-1.0"} 1\na_bucket{le="+Inf"} 2\na_gcount 2\na_gsum -4\n# EOF\n',
  '# TYPE a summary\na{quantile="0.5"} 1\na{quantile="1.0"} 2\na_sum 3\na_count 4\n# EOF\n',
  '# TYPE a info\na_info{v="1"} 1\na_info{v="2"} 1\n# EOF\n',
  '# TYPE a stateset\na{a="x"} 1\na{a="y"} 0\n# EOF\n',
  "# TYPE a unknown\na 9223372036854775808\nb NaN\nc -Inf\nd 1e-5\n# EOF",
  '# TYPE a counter\na_total{x="1"} 1 # {id="1"} 1\na_total{x="2"} 2\n# EOF\n',
  '# TYPE a gauge\na{x="1"} 1 10\na{x="1"} 2 20\na{x="2"} 1 10\n# EOF\n',
  "# EOF\n",
];

/** The same for the text format 0.0.4. */
export const textCases: readonly string[] = [
  "# HELP a help \\n \\\\ x\n# TYPE a counter\na 1\n",
  '# TYPE a gauge\na{b="}",c="#",d="\\" \\\\ \\n"} 1 12\n',
  '# TYPE a histogram\na_bucket{le="0.5"} 1\na_bucket{le="+Inf"} 2\na_count 2\na_sum 1.5\n',
  '# TYPE a summary\na{quantile="0.5"} 1\na{quantile="1"} 2\na_sum 3\na_count 4\n',
  "# TYPE a untyped\na NaN\nb -Inf\n c 1e-5\n",
  'a\t{ x = "1" , } +Inf -12\n# comment\n\n#\n',
];

const replacements: readonly [RegExp, string][] = [
  [/# EOF\n?$/, ""],
  [/# EOF\n?$/, "# EOF\n\n"],
  [/# EOF\n?$/, "# EOF\na 1\n"],
  [/^(# TYPE \S+ \S+\n)/m, "$1$1"],
  [/^(# HELP \S+ .*\n)/m, "$1$1"],
  [/(# EOF)/, "# TYPE a gauge\n$1"],
  [/^/, "\n"],
  [/^/, "# comment\n"],
  [/ 1$/m, " -1"],
  [/ 1$/m, " NaN"],
  [/ 1$/m, " 1_2"],
  [/ 1$/m, " 0x1"],
  [/ 1$/m, " 1.5"],
  [/ 1$/m, "  1"],
  [/ 1$/m, " 1 "],
  [/ 2$/m, " 0"],
  [/ 2$/m, " 7"],
  [/,c=/, ",b="],
  [/",/, '",,'],
  [/"\}/, '",}'],
  [/le="0\.5"/, 'le="7"'],
  [/le="0\.5"/, 'le="x"'],
  [/le="\+Inf"/, 'le="Inf"'],
  [/le="\+Inf"/, 'le="3.0"'],
  [/quantile="0\.5"/, 'quantile="1.5"'],
  [/a_count \d+\n/, ""],
  [/a_sum \S+\n/, ""],
  [/a_sum \S+\n/, "a_sum -1\n"],
  [/a_gsum \S+\n/, "a_gsum NaN\n"],
  [/# UNIT (\S+) \S+/, "# UNIT $1 meters"],
  [/# TYPE a counter/, "# TYPE a gauge"],
  [/# TYPE a gauge/, "# TYPE a untyped"],
  [/# TYPE a /, "#TYPE a "],
  [/a_info/, "a"],
  [/a="x"/, 'b="x"'],
  [/ # \{[^}]*\}/, " # {} 1 1 1"],
  [/ # \{[^}]*\}/, ` # {t="${"x".repeat(128)}"}`],
  [/(# EOF)/, "a_total 1\n$1"],
  [/(# EOF)/, 'a{x="1"} 3 1\n$1'],
  [/^a/m, "1a"],
  [/\{(\w)/, "{1$1"],
];

/** The document with one thing changed, for everything that can be changed in it. */
export function mutations(document: string): string[] {
  const changed = replacements.map(([pattern, replacement]) => document.replace(pattern, replacement));
  const lines = document.split("\n");
  const without = lines.map((_line, index) => lines.filter((_other, other) => other !== index).join("\n"));
  const swapped = lines.slice(1).map((line, index) => {
    const copy = [...lines];
    [copy[index], copy[index + 1]] = [line, lines[index] as string];
    return copy.join("\n");
  });
  const doubled = lines.map((line, index) => [...lines.slice(0, index), line, ...lines.slice(index)].join("\n"));
  return [...changed, ...without, ...swapped, ...doubled].filter((other) => other !== document);
}
