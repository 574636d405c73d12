import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { loadFormat } from "../src/format.ts";
import type { Node } from "../src/node.ts";
import { Problem, Problems, problemsOf } from "../src/problem.ts";
import { SourceText } from "../src/source-text.ts";
import { type Change, edit, plain, read } from "./support.ts";

/** Numbers in [0, n), as a person's choices of style. */
type Choose = (n: number) => number;

/** Documents as people write them: every style, comments, anchors and aliases, at the whim of `choose`. */
class Scribe {
  readonly #choose: Choose;
  readonly #anchors: string[] = [];
  #depth = 0;

  constructor(choose: Choose) {
    this.#choose = choose;
  }

  document(): string {
    const marker = ["", "", "---\n", "# head\n"][this.#choose(4)] as string;
    const body = this.#blockMap("");
    const text = marker + body;
    return this.#choose(3) === 0 ? text.replace(/\n$/, "") : text;
  }

  #scalar(): string {
    const words = ["x", "'it''s'", '"a\\tb"', "12", "1.50", "true", "~", "0x1F", "a b", '"no"', "''"];
    return words[this.#choose(words.length)] as string;
  }

  #comment(): string {
    return this.#choose(3) === 0 ? " # note" : "";
  }

  #flow(): string {
    if (this.#depth > 3) return this.#scalar();
    this.#depth++;
    const items = Array.from({ length: this.#choose(3) }, (_, index) => index);
    const isMap = this.#choose(2) === 0;
    const inner = items.map((index) =>
      isMap ? `k${index}: ${this.#flow()}` : this.#choose(2) === 0 ? this.#scalar() : this.#flow(),
    );
    this.#depth--;
    return isMap ? `{${inner.join(", ")}}` : `[${inner.join(", ")}]`;
  }

  /** What stands behind `key:`, with its line break. */
  #value(indent: string): string {
    const inner = indent + " ".repeat(1 + this.#choose(3));
    const kind = this.#depth > 3 ? this.#choose(5) : this.#choose(9);
    if (kind === 0) return `${this.#comment()}\n`;
    if (kind === 1 && this.#anchors.length > 0)
      return ` *${this.#anchors[this.#choose(this.#anchors.length)]}${this.#comment()}\n`;
    if (kind === 2) return ` ${["|", "|-", ">", ">-"][this.#choose(4)]}\n${inner}text\n${inner}more\n`;
    if (kind === 3) return ` ${this.#flow()}${this.#comment()}\n`;
    if (kind <= 5) return ` ${this.#scalar()}${this.#comment()}\n`;
    const anchor = this.#choose(3) === 0 ? `a${this.#anchors.length}` : undefined;
    this.#depth++;
    const block = kind === 6 ? this.#blockList(this.#choose(2) === 0 ? indent : inner) : this.#blockMap(inner);
    this.#depth--;
    if (anchor !== undefined) this.#anchors.push(anchor);
    return `${anchor === undefined ? "" : ` &${anchor}`}${this.#comment()}\n${block}`;
  }

  #blockMap(indent: string): string {
    const count = 1 + this.#choose(3);
    const keys = Array.from(
      { length: count },
      (_, index) => ["k", '"q"', "'s'"][this.#choose(3)]?.replace(/[a-z]/, (letter) => letter + index) as string,
    );
    return keys.map((key) => `${indent}${key}:${this.#value(indent)}${this.#choose(5) === 0 ? "\n" : ""}`).join("");
  }

  #blockList(indent: string): string {
    const row = () => {
      if (this.#choose(3) > 0 || this.#depth > 3)
        return `${indent}-${this.#choose(6) === 0 ? "" : ` ${this.#scalar()}`}${this.#comment()}\n`;
      this.#depth++;
      const map = this.#blockMap(`${indent}  `).replace(/^ */, "");
      this.#depth--;
      return `${indent}- ${map}`;
    };
    return Array.from({ length: 1 + this.#choose(3) }, row).join("");
  }
}

/** Paths to everything in a tree. */
function* pathsOf(node: Node, path: string[] = []): Generator<string[]> {
  if (path.length > 0) yield path;
  if (node.kind === "map") for (const [key, inner] of node.entries) yield* pathsOf(inner, [...path, key]);
  if (node.kind === "list")
    for (const [index, inner] of node.items.entries()) yield* pathsOf(inner, [...path, String(index)]);
}

const quoted = (path: readonly string[]) => path.map((key) => JSON.stringify(key)).join(".");

/** A patch that adds an element, or moves the last one, to the place of another. */
function insertion(path: readonly string[], isNew: boolean): Change {
  const pointer = path.map((key) => `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
  const from = `${pointer.slice(0, pointer.lastIndexOf("/"))}/0`;
  const operation = isNew ? { op: "add", path: pointer, value: { n: 1 } } : { op: "move", from, path: pointer };
  return { patch: JSON.stringify([operation]) };
}

const choices = fc.infiniteStream(fc.nat(1000)).map(
  (stream): Choose =>
    (n) =>
      (stream.next().value as number) % n,
);

test("any edits of any style of YAML give the merged tree, and leave every other line alone", async () => {
  const { parse } = await loadFormat("yaml");
  let edits = 0;
  await fc.assert(
    fc.asyncProperty(choices, choices, async (style, chance) => {
      const source = new Scribe(style).document();
      let root: Node;
      try {
        root = parse(new SourceText("base", source)).root;
      } catch (error) {
        assert.ok(problemsOf(error).length > 0);
        return;
      }
      const paths = [...pathsOf(root)];
      const values = ["5", "true", "text", "two\nlines\n", "no", null];
      const changes = Array.from({ length: 1 + chance(3) }, (): Change => {
        const path = paths[chance(paths.length)] as string[];
        if (/^[0-9]+$/.test(path.at(-1) as string) && chance(2) === 0) return insertion(path, chance(2) === 0);
        return [quoted(chance(3) === 0 ? [...path, "new"] : path), values[chance(values.length)] as string | null];
      });
      let edited: Awaited<ReturnType<typeof edit>>;
      try {
        edited = await edit("yaml", source, changes);
      } catch (error) {
        // Refused, because a text fits no number or map; anything else is a mistake.
        const isRefused = error instanceof Problem || error instanceof Problems;
        assert.ok(isRefused, `${(error as Error).message}\n${source}\n--- ${JSON.stringify(changes)}`);
        return;
      }
      edits++;
      const context = () => `${source}\n--- ${JSON.stringify(changes)}\n${edited.text}`;
      assert.deepEqual(
        await read("yaml", edited.text).catch((error: Error) => error.message),
        plain(edited.tree.root),
        context(),
      );
      const again = parse(new SourceText("again", edited.text)).edit(edited.tree.root);
      assert.equal(again, edited.text, context());
    }),
    { numRuns: Number(process.env.RUNS ?? 400) },
  );
  assert.ok(edits > 50);
});
