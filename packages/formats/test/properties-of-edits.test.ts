import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type FormatName, loadFormat } from "../src/format.ts";
import { type MapNode, type Node, scalar } from "../src/node.ts";
import { plainOrigin } from "../src/origin.ts";
import { problemsOf } from "../src/problem.ts";
import { SourceText } from "../src/source-text.ts";
import { type Change, edit, plain, read } from "./support.ts";

const origin = plainOrigin("generated");

type Value = string | number | boolean | Value[] | { [key: string]: Value };

/** What a format can hold. */
interface Vocabulary {
  readonly format: FormatName;
  readonly key: fc.Arbitrary<string>;
  readonly text: fc.Arbitrary<string>;
  readonly typed: boolean;
  readonly lists: boolean;
  /** How deep maps may nest; 0: one map of scalars. */
  readonly depth: number;
}

const anyKey = fc.oneof(
  fc.constantFrom("a", "b", "c", "A.B", "__proto__", "constructor", "x y", "é", "no", "1"),
  fc.string({ minLength: 1, maxLength: 5 }),
);
const word = fc.stringMatching(/^[a-z]{1,4}$/);
const line = fc.string({ unit: "grapheme", maxLength: 12 }).filter((text) => !/[\r\n]/.test(text));
const text = fc.oneof(
  fc.constantFrom(
    "",
    " x ",
    "no",
    "1:30",
    "0x1F",
    "2001-12-14",
    "a: b",
    "# c",
    "- d",
    "'q'",
    '"q"',
    "x\ny",
    "x\n\n y\n",
    "\u2028",
    "~",
    "*a",
    "&a",
    "!t",
    "{",
    "[",
    "%",
    "@",
    "`",
    "<<",
    "=",
    "null",
    "1e3",
    ".5",
    "true",
    "---",
  ),
  fc.string({ unit: "grapheme", maxLength: 12 }),
);
const xmlText = text.filter(
  (value) => !/[\x00-\x08\x0b-\x1f\ufffe\uffff]|[\ud800-\udfff]/.test(value) && !/^\s*$|\r/.test(value),
);

const vocabularies: readonly Vocabulary[] = [
  { format: "json", key: anyKey, text, typed: true, lists: true, depth: 3 },
  { format: "yaml", key: anyKey, text, typed: true, lists: true, depth: 3 },
  { format: "toml", key: anyKey, text, typed: true, lists: true, depth: 3 },
  { format: "properties", key: anyKey, text, typed: false, lists: false, depth: 0 },
  {
    format: "dotenv",
    key: word,
    text: text.filter((value) => !/[\r\0]/.test(value)),
    typed: false,
    lists: false,
    depth: 0,
  },
  { format: "ini", key: word, text: line.filter((value) => !/[\0]/.test(value)), typed: false, lists: false, depth: 1 },
  { format: "xml", key: word, text: xmlText, typed: false, lists: false, depth: 2 },
];

function valuesOf({ key, text: texts, typed, lists }: Vocabulary, depth: number): fc.Arbitrary<Value> {
  const scalars: fc.Arbitrary<Value>[] = [texts];
  if (typed)
    scalars.push(
      fc.integer(),
      fc.boolean(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Object.is(n, -0) ? 0 : n)),
    );
  const leaf = fc.oneof(...scalars);
  if (depth === 0) return leaf;
  const inner = valuesOf({ key, text: texts, typed, lists } as Vocabulary, depth - 1);
  const map = fc.dictionary(key, inner, { maxKeys: 4, minKeys: 1 });
  return lists ? fc.oneof(leaf, map, fc.array(inner, { maxLength: 3 })) : fc.oneof(leaf, map);
}

function toNode(value: Value): Node {
  if (Array.isArray(value)) return { kind: "list", items: value.map(toNode), origin, start: 0, end: 0 };
  if (typeof value === "object") {
    const entries = new Map(Object.entries(value).map(([key, inner]) => [key, toNode(inner)]));
    return { kind: "map", entries, origin, start: 0, end: 0 } satisfies MapNode;
  }
  if (typeof value === "string") return scalar("string", value, origin);
  return scalar(typeof value === "boolean" ? "boolean" : "number", String(value), origin);
}

/** A path into a document: existing keys by their number, and sometimes a new one at the end. */
const steps = fc.record({ picks: fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }), fresh: fc.boolean() });

function pathInto(
  root: Node,
  { picks, fresh }: { picks: readonly number[]; fresh: boolean },
  key: string,
): (string | number)[] {
  const path: (string | number)[] = [];
  let node: Node | undefined = root;
  for (const pick of picks) {
    const keys: (string | number)[] =
      node?.kind === "map" ? [...node.entries.keys()] : node?.kind === "list" ? [...node.items.keys()] : [];
    const next = keys[pick % Math.max(keys.length, 1)];
    if (next === undefined) break;
    path.push(next);
    node =
      node?.kind === "map"
        ? node.entries.get(String(next))
        : node?.kind === "list"
          ? node.items[Number(next)]
          : undefined;
  }
  if (!fresh && path.length > 0) return path;
  return node?.kind === "map" ? [...path, key] : path.length > 0 ? path : [key];
}

for (const vocabulary of vocabularies) {
  const { format, key, text: texts, depth } = vocabulary;
  const documents = fc.dictionary(key, valuesOf(vocabulary, depth), { minKeys: 1, maxKeys: 5 });

  test(`${format}: what is written is read back, and merging nothing changes nothing`, async () => {
    const { write } = await loadFormat(format);
    await fc.assert(
      fc.asyncProperty(documents, async (value) => {
        const node = toNode(value);
        const written = write(node);
        assert.deepEqual(spellings(await read(format, written)), spellings(plain(node)));
        assert.equal((await edit(format, written, [])).text, written);
      }),
      { numRuns: Number(process.env.RUNS ?? 150) },
    );
  });

  test(`${format}: after any edits the text reads as the merged tree, and the same edits again change nothing`, async () => {
    const { write, parse } = await loadFormat(format);
    const changes = fc.array(fc.tuple(steps, key, fc.oneof(texts, fc.constant(null))), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(documents, changes, fc.boolean(), async (value, wanted, carriageReturns) => {
        const canonical = write(toNode(value));
        const source =
          carriageReturns && format !== "dotenv" && !/\\n|"""|[|>][-+]?\n/.test(canonical)
            ? canonical.replaceAll("\n", "\r\n")
            : canonical;
        const { root } = parse(new SourceText("base", source));
        const list: Change[] = wanted.map(([at, name, change]) => [pathOf(pathInto(root, at, name)), change]);
        let edited: Awaited<ReturnType<typeof edit>>;
        try {
          edited = await edit(format, source, list);
        } catch (error) {
          // Text that fits no number or no map, and keys that are ambiguous: refused, not written.
          assert.ok(problemsOf(error).length > 0);
          return;
        }
        assert.deepEqual(spellings(await read(format, edited.text)), spellings(plain(edited.tree.root)));
        assert.equal(
          (await loadFormat(format)).parse(new SourceText("again", edited.text)).edit(edited.tree.root),
          edited.text,
        );
      }),
      { numRuns: Number(process.env.RUNS ?? 300) },
    );
  });
}

/** A path whose segments are all quoted, and so taken literally. */
function pathOf(path: readonly (string | number)[]): string {
  return path.map((step) => `"${String(step).replace(/["\\]/g, "\\$&")}"`).join(".");
}

/** Values as text, so that formats without types compare, and numbers by value: 1.0 is 1. */
function spellings(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(spellings);
  if (typeof value !== "object" || value === null) return String(value);
  const number = Object.getOwnPropertyDescriptor(value, "number")?.value as unknown;
  if (typeof number === "string" && Object.getPrototypeOf(value) !== null) return String(Number(number));
  // XML cannot tell an empty element with nothing from one with an empty text.
  if (Object.keys(value).length === 0) return "";
  return new Map(
    Object.entries(value)
      .map(([key, inner]) => [key, spellings(inner)] as const)
      .filter(([, inner]) => !(Array.isArray(inner) && inner.length === 0)),
  );
}
