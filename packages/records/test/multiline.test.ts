import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { LineJoiner } from "../src/multiline/joiner.ts";
import { classifierOf, type MultilineRule, multilinePresets } from "../src/multiline/rule.ts";
import { traces } from "./traces.ts";

function join(lines: readonly string[], rule: MultilineRule, options: { maxLines?: number; maxSize?: number } = {}) {
  const records: string[][] = [];
  let accounted = 0;
  const joiner = new LineJoiner({
    classifier: classifierOf(rule),
    ...options,
    emit: (record, length) => {
      records.push(record);
      accounted += length;
    },
  });
  const push = (line: string) => joiner.push(line, line.length + 1);
  for (const line of lines) push(line);
  const whole = lines.reduce((sum, line) => sum + line.length + 1, 0);
  assert.equal(accounted + joiner.pending, whole);
  const flush = () => {
    joiner.flush();
    return records;
  };
  return { records, joiner, push, flush };
}

const plain = "the next line";
const timed = "2024-04-22 14:29:49.718 +00:00 [ERR] it failed";

describe("a trace", () => {
  for (const { preset, name, lines } of traces) {
    it(`of ${preset} (${name}) is one record, and the lines around it are their own`, () => {
      const input = ["before", ...lines, plain, timed, "after"];
      assert.deepEqual(join(input, { preset }).flush(), [["before"], lines, [plain], [timed], ["after"]]);
      assert.deepEqual(join([...lines, timed, plain], { preset }).flush(), [lines, [timed], [plain]]);
    });

    it(`of ${preset} (${name}) directly behind a line with a timestamp belongs to it`, () => {
      const input = [timed, ...lines, plain];
      assert.deepEqual(join(input, { preset }).flush(), [[timed, ...lines], [plain]]);
    });

    it(`of ${preset} (${name}) is cut by a timeout, and what continues it is a record of its own`, () => {
      const half = Math.ceil(lines.length / 2);
      const { records, joiner, push } = join(lines.slice(0, half), { preset });
      joiner.flush();
      const before = records.length;
      push(lines[half]!);
      joiner.flush();
      assert.deepEqual(records.slice(before), [[lines[half]!]]);
    });
  }
});

describe("traces", () => {
  it("behind each other are records of their own when each has a timestamp", () => {
    for (const { preset, lines } of traces) {
      const input = [timed, ...lines, timed, ...lines, timed];
      assert.deepEqual(join(input, { preset }).flush(), [[timed, ...lines], [timed, ...lines], [timed]], preset);
    }
  });

  it("never lose, double or reorder a line, whatever is mixed", () => {
    const any = fc.constantFrom(
      ...traces.flatMap(({ lines }) => lines),
      plain,
      timed,
      "",
      "  indented",
      "\tat",
      "}",
      "Error",
    );
    fc.assert(
      fc.property(
        fc.array(any, { maxLength: 60 }),
        fc.constantFrom(...multilinePresets),
        fc.integer({ min: 1, max: 9 }),
        (lines, preset, maxLines) => {
          const records = join(lines, { preset }, { maxLines }).flush();
          assert.deepEqual(records.flat(), lines);
          assert.ok(records.every((record) => record.length > 0 && record.length <= maxLines));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("are not seen in ordinary lines, however alike", () => {
    const ordinary = [
      "Error handling is on",
      "at noon",
      "panicking is not an option",
      "#1 in the list",
      "goroutines: 4",
      "note",
      "{",
      "plain",
    ];
    for (const preset of multilinePresets) {
      if (preset === "auto") continue;
      const input = ordinary.flatMap((line) => [timed, line]);
      const records = join(input, { preset }).flush();
      assert.ok(
        records.every(([first, second]) => first !== timed || second === undefined || /^#1/.test(second)),
        preset,
      );
    }
  });
});

describe("auto", () => {
  it("begins a record at each timestamp; all other lines, blank and indented ones too, continue it", () => {
    const starts = [
      timed,
      "[2024-04-22T14:29:49Z] bracket",
      "2024/04/22 14:29:49 go",
      "22/04/2024 14:29:49 day first",
      "[22-Apr-2024 14:29:49 UTC] php",
      "Apr  2 14:29:49 host app: syslog",
      "<34>1 2024-04-22T14:29:49Z host syslog",
      "<13>Apr 22 14:29:49 host syslog",
      "Mon, 22 Apr 2024 14:29:49 GMT rfc",
      "Mon Apr 22 14:29:49 UTC 2024 date",
      "14:29:49.718 [main] logback",
      "1713796189.123 epoch",
      "[1713796189718] epoch",
      "E0422 14:29:49.718000       1 file.go:12] klog",
      "20240422T142949Z basic",
    ];
    const others = ["", "  indented", "word", "12 monkeys", "2024 was a year", "10.0.0.1 - -", "1:2", "Apr is a month"];
    const records = join(
      starts.flatMap((start) => [start, ...others]),
      { preset: "auto" },
    ).flush();
    assert.deepEqual(
      records,
      starts.map((start) => [start, ...others]),
    );
  });

  it("makes a stray continuation at the start of a file a record of its own", () => {
    assert.deepEqual(join(["\tat x", timed], { preset: "auto" }).flush(), [["\tat x"], [timed]]);
  });
});

describe("own rules", () => {
  it("begin a record at lines that match start", () => {
    const rule = { start: /^\[/g };
    assert.deepEqual(join(["x", "[1", "a", "", "[2", "[3", "b"], rule).flush(), [
      ["x"],
      ["[1", "a", ""],
      ["[2"],
      ["[3", "b"],
    ]);
  });

  it("add lines that match continue to the one before", () => {
    const rule = { continue: /^\s/ };
    assert.deepEqual(join([" x", "1", " a", " b", "2", "", "3"], rule).flush(), [
      [" x"],
      ["1", " a", " b"],
      ["2"],
      [""],
      ["3"],
    ]);
  });
});

describe("limits", () => {
  it("give out a record of maxLines lines; what follows forms the next", () => {
    const lines = [timed, ...Array.from({ length: 7 }, (_, index) => ` ${index}`), timed];
    const records = join(lines, { preset: "auto" }, { maxLines: 3 }).flush();
    assert.deepEqual(
      records.map((record) => record.length),
      [3, 3, 2, 1],
    );
    assert.deepEqual(records.flat(), lines);
  });

  it("bound the size of a record", () => {
    const lines = [timed, ...Array.from({ length: 100 }, () => "x".repeat(1000))];
    const records = join(lines, { preset: "auto" }, { maxSize: 4000 }).flush();
    assert.deepEqual(records.flat(), lines);
    assert.ok(records.every((record) => record.join("\n").length <= 4100));
  });
});
