/** What a file of rule tests looks like. */
import { readSample } from "@outrigger/exposition/sample-line";
import {
  either,
  type Infer,
  list,
  map,
  normalize,
  number,
  object,
  refine,
  text,
  withDefault,
} from "@outrigger/runtime/schema";

const series = refine(
  map("Series, in any order of their labels, and their values.", number("The value.")),
  (expected) => Object.keys(expected).flatMap((name) => problemsOf(name, name)),
);

const absent = refine(
  list("Metrics or series that must not be there.", text("A name or series.", { nonEmpty: true })),
  (unwanted) => unwanted.flatMap((name, index) => problemsOf(name, index)),
);

function problemsOf(name: string, at: string | number): [path: (string | number)[], message: string][] {
  try {
    readSample(`${name} 0`, { strict: false });
    return [];
  } catch {
    return [[[at], 'is no series: write name{label="value"}']];
  }
}

const ruleTest = object("One test.", {
  name: text("What it shows.", { nonEmpty: true }),
  lines: normalize(
    either("What the log says.", [text("Lines as one text."), list("Lines.", text("A line."))]),
    (lines) => (typeof lines === "string" ? lines : lines.map((line) => `${line}\n`).join("")),
  ),
  file: withDefault(text("The path that the lines come from.", { nonEmpty: true }), "/logs/test.log"),
  expect: withDefault(series, {}),
  absent: withDefault(absent, []),
});

export const testFileSchema = object("Tests of the rules.", { tests: list("The tests.", ruleTest, { min: 1 }) });

export type RuleTest = Infer<typeof ruleTest>;
