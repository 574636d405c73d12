import assert from "node:assert/strict";
import { test } from "node:test";
import { parseArgs } from "node:util";
import { type Flag, parseOptions } from "../src/cli/options.ts";
import { UsageError } from "../src/errors.ts";

const flags: readonly Flag[] = [
  { name: "output", short: "o", metavar: "OUT", description: "" },
  { name: "all", short: "a", description: "" },
  { name: "brief", short: "b", description: "" },
];

/** The values and positionals by `parseArgs` of Node; undefined for a command line with a mistake in it. */
function oracle(args: string[]): { values: [string, string][]; positionals: string[] } | undefined {
  const options = {
    output: { type: "string", short: "o", multiple: true },
    all: { type: "boolean", short: "a", multiple: true },
    brief: { type: "boolean", short: "b", multiple: true },
  } as const;
  const { tokens } = parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true });
  const values: [string, string][] = [];
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const flag = flags.find(({ name }) => name === token.name);
    if (flag === undefined || (flag.metavar === undefined) !== (token.value === undefined)) return undefined;
    values.push([token.name, token.value ?? ""]);
  }
  return { values, positionals };
}

const words = [
  "x",
  "-",
  "--",
  "",
  "--output",
  "--output=",
  "--output=-a",
  "--all",
  "--all=1",
  "-o",
  "-ox",
  "-ab",
  "-abo",
];

test("command lines of up to three words mean what they mean to parseArgs of Node", () => {
  const lines = words.flatMap((a) => [[a], ...words.flatMap((b) => [[a, b], ...words.map((c) => [a, b, c])])]);
  for (const line of [...lines, ["-aob", "x"], ["-bax"], ["-a-"], ["--no"], ["-z"], ["--output", "-z"]]) {
    const expected = oracle(line);
    let read: ReturnType<typeof parseOptions> | undefined;
    try {
      read = parseOptions(flags, line);
    } catch (error) {
      assert.ok(error instanceof UsageError);
    }
    const byName = (name: string) => expected?.values.filter(([key]) => key === name).map(([, value]) => value) ?? [];
    assert.equal(read === undefined, expected === undefined, line.join(" "));
    assert.deepEqual(read?.positionals, expected?.positionals, line.join(" "));
    for (const { name } of read === undefined ? [] : flags)
      assert.deepEqual(read?.values.get(name) ?? [], byName(name), line.join(" "));
  }
});

const mistakes: readonly [line: string[], message: RegExp][] = [
  [["--outptu", "x"], /unknown option --outptu.*--output/],
  [["--outptu=s3cr3t"], /^unknown option --outptu[^=]*$/],
  [["-z"], /unknown option -z/],
  [["--output"], /--output needs a value: --output OUT/],
  [["-ao"], /-o needs a value: -o OUT/],
  [["--all=1"], /--all takes no value; write --all alone/],
];
for (const [line, message] of mistakes) {
  test(`${line.join(" ")} is refused`, () => {
    assert.throws(() => parseOptions(flags, line), { name: "UsageError", message });
  });
}
