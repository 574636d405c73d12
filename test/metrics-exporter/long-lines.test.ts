import assert from "node:assert/strict";
import { appendFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { sampleValue, startExporter } from "./exporter.ts";

const limit = 65_536;

describe("a line of 64 KiB is whole, one byte more is cut", () => {
  const ends: [name: string, end: string][] = [
    ["LF", "\n"],
    ["CRLF", "\r\n"],
  ];
  for (const [name, end] of ends) {
    test(`before ${name}`, async (t) => {
      const exporter = await startExporter(t, {
        args: ["$DIR/app.log", "--set", "metrics.logs.rules.whole_total.regex=z$", "--rule", "lines_total={_}"],
      });
      const lengths = [limit - 2, limit - 1, limit, limit + 1, limit + 2, 2 * limit];
      const lines = lengths.map((length) => `${"y".repeat(length - 1)}z${end}`).join("");
      // Once where every line begins at a multiple of the size of a read, and once where none does.
      writeFileSync(path.join(exporter.directory, "app.log"), `${lines}short${end}${lines}`);
      const text = await exporter.until("lines_total", 2 * lengths.length + 1);
      assert.equal(sampleValue(text, "whole_total"), 6);
      assert.equal(sampleValue(text, "outrigger_metrics_log_lines_truncated_total"), 6);
    });
  }
});

test("scrapes have their turns between lines of 64 KiB that are hard for each of 20 rules", async (t) => {
  const hard = [
    "^(\\w+\\s?)*$",
    "(x+x+)+y",
    "\\s+$",
    "(.*)(.*)(.*)(.*)z",
    "(.*?),(.*?),(.*?)z",
    "(a|aa)+$",
    "(?i)(a|b)*c",
    "(\\d+)*\\.(\\d+)*$",
    "(?:a?){32}a{32}b",
    "(?:.{0,16}){4}z",
  ];
  const rules = {
    ...Object.fromEntries(hard.map((regex, index) => [`regex${index}_total`, { regex }])),
    ...Object.fromEntries(hard.map((_regex, index) => [`template${index}_total`, `a{x:word}b${index}{n:int}c{rest}d`])),
    lines_total: "{_}",
  };
  const exporter = await startExporter(t, {
    config: JSON.stringify({ metrics: { logs: { files: ["$DIR/app.log"], rules } } }),
  });
  const lines = ["a", "ab1", " ", "x", "1.", "aab"].map((unit) => `${unit.repeat(limit).slice(0, limit - 1)}!\n`);
  const count = 8;
  const block = Array.from({ length: count }, (_, index) => lines[index % lines.length]).join("");
  let written = 0;
  const between = new Set<number>();
  // One that reads on until the file is at its end shows whole blocks only; one that stops for scrapes shows most numbers,
  // to a client that asks as often. For one that was kept waiting there is another block.
  await eventually(
    async () => {
      const value = (await exporter.value("lines_total")) ?? 0;
      if (value % count > 0) between.add(value);
      if (value === written) {
        appendFileSync(path.join(exporter.directory, "app.log"), block);
        written += count;
      }
      assert.ok(between.size > 3, [...between].join(" "));
    },
    { ms: 60_000, every: 0 },
  );
  await exporter.until("lines_total", written);
});
