import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { FormatName } from "../src/format.ts";
import { edit, plain, read } from "./support.ts";

type Operation = Readonly<Record<string, unknown>>;

const bytes: readonly [format: FormatName, before: string, operations: readonly Operation[], after: string][] = [
  [
    "json",
    '{\n  // list\n  "l": [\n    // one\n    1.10, // first\n    // two\n    2\n  ]\n}\n',
    [
      { op: "add", path: "/l/1", value: 5 },
      { op: "add", path: "/l/0", value: 4 },
    ],
    '{\n  // list\n  "l": [\n    4,\n    // one\n    1.10, // first\n    5,\n    // two\n    2\n  ]\n}\n',
  ],
  ["json", '{"l": [1.10, 2.0]}', [{ op: "add", path: "/l/0", value: "x" }], '{"l": ["x", 1.10, 2.0]}'],
  [
    "yaml",
    "l:\n  # one\n  - 1.10 # first\n  # two\n  - 2\nf: [1.10, 2]\n",
    [
      { op: "add", path: "/l/1", value: { a: 1, b: 2 } },
      { op: "add", path: "/f/1", value: "x" },
    ],
    "l:\n  # one\n  - 1.10 # first\n  - a: 1\n    b: 2\n  # two\n  - 2\nf: [1.10, x, 2]\n",
  ],
  [
    // The text of an anchor goes when its element moves; its alias keeps the value.
    "yaml",
    "l:\n  - x: &a 1.10\n  - y: *a # alias\n",
    [{ op: "move", from: "/l/0", path: "/l/1" }],
    "l:\n  - y: 1.10 # alias\n  - x: 1.10\n",
  ],
  [
    "toml",
    "l = [1.10, # c\n     2.0]\n\n[[t]]\nn = 1 # one\n\n[[t]]\nn = 2 # two\n",
    [
      { op: "add", path: "/l/1", value: 3 },
      { op: "add", path: "/t/1", value: { n: 9 } },
      { op: "add", path: "/t/0", value: { n: 0 } },
    ],
    "l = [1.10, # c\n     3,\n     2.0]\n\n[[t]]\nn = 0\n\n[[t]]\nn = 1 # one\n\n[[t]]\nn = 9\n\n[[t]]\nn = 2 # two\n",
  ],
  [
    "xml",
    "<r>\n  <i>1</i> <!-- one -->\n  <i>2</i>\n</r>\n",
    [{ op: "add", path: "/i/1", value: "x" }],
    "<r>\n  <i>1</i> <!-- one -->\n  <i>x</i>\n  <i>2</i>\n</r>\n",
  ],
  [
    "properties",
    "# c\na.b = 1\nl[0] : x\nl[1] : y\nu.0=z\n",
    [
      { op: "replace", path: "/a/b", value: 2 },
      { op: "add", path: "/l/0", value: "w" },
      { op: "add", path: "/u/-", value: "t" },
    ],
    "# c\na.b = 2\nl[0] : w\nl[1] : x\nu.0=z\nl[2]=y\nu[1]=t\n",
  ],
  [
    "ini",
    "; c\n[s]\na = 1\nb = 2\n",
    [
      { op: "test", path: "/s/a", value: "1" },
      { op: "move", from: "/s/a", path: "/s/c" },
    ],
    "; c\n[s]\nb = 2\nc = 1\n",
  ],
];
for (const [format, before, operations, after] of bytes) {
  test(`a patch of ${format} leaves all other bytes alone: ${JSON.stringify(operations)}`, async () => {
    assert.equal((await edit(format, before, [{ patch: JSON.stringify(operations) }])).text, after);
  });
}

test("a copy does not change with its original", async () => {
  const operations = [
    { op: "add", path: "/a/x", value: 1 },
    { op: "copy", from: "/a", path: "/b" },
    { op: "add", path: "/a/y", value: 2 },
  ];
  const { text } = await edit("json", '{"a":{}}', [{ patch: JSON.stringify(operations) }]);
  assert.deepEqual(JSON.parse(text), { a: { x: 1, y: 2 }, b: { x: 1 } });
});

/** Operations on lists, by positions that are taken modulo what is there. */
const moves = fc.array(
  fc.record({ op: fc.constantFrom("add", "remove", "move", "copy", "replace"), from: fc.nat(20), to: fc.nat(20) }),
  { minLength: 1, maxLength: 5 },
);
const items = fc.array(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.record({ n: fc.integer({ min: 0, max: 9 }) })), {
  minLength: 1,
  maxLength: 6,
});

for (const format of ["json", "yaml", "toml"] as const) {
  test(`${format}: after any changes of a list the text reads as the merged tree`, async () => {
    await fc.assert(
      fc.asyncProperty(items, fc.boolean(), moves, async (list, wide, wanted) => {
        let length = list.length;
        const operations: Operation[] = [];
        for (const { op, from, to } of wanted) {
          if (length === 0 && op !== "add") continue;
          const [source, place] = [`/l/${from % Math.max(length, 1)}`, `/l/${to % (length + 1)}`];
          const value = from % 2 === 0 ? from : { n: from };
          if (op === "remove") operations.push({ op, path: source });
          else if (op === "replace") operations.push({ op, path: source, value });
          else if (op === "add") operations.push({ op, path: place, value });
          else operations.push({ op, from: source, path: op === "move" ? `/l/${to % length}` : place });
          length += op === "add" || op === "copy" ? 1 : op === "remove" ? -1 : 0;
        }
        const before = textOf(format, list, wide);
        const { text, tree } = await edit(format, before, [{ patch: JSON.stringify(operations) }]);
        assert.deepEqual(
          await read(format, text),
          plain(tree.root),
          `${before}\n${JSON.stringify(operations)}\n${text}`,
        );
      }),
      { numRuns: Number(process.env.RUNS ?? 200) },
    );
  });
}

/** A document with the list under `l`, in the format's block or its flow style. */
function textOf(format: "json" | "yaml" | "toml", list: readonly unknown[], wide: boolean): string {
  if (format === "json") return JSON.stringify({ l: list, z: 1 }, null, wide ? 2 : 0);
  if (format === "yaml" && wide) return `l:\n${list.map((item) => `  - ${flow(item, ": ")} # c\n`).join("")}z: 1\n`;
  if (format === "yaml") return `l: [${list.map((item) => flow(item, ": ")).join(", ")}]\nz: 1\n`;
  if (wide && list.every((item) => typeof item === "object"))
    return `z = 1\n${list.map((item) => `\n[[l]]\nn = ${(item as { n: number }).n} # c\n`).join("")}`;
  const separator = wide ? ",\n  " : ", ";
  return `l = [${list.map((item) => flow(item, " = ")).join(separator)}]\nz = 1\n`;
}

function flow(item: unknown, equals: string): string {
  return typeof item === "object" ? `{ n${equals}${(item as { n: number }).n} }` : String(item);
}
