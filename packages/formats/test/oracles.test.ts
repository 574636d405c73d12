import assert from "node:assert/strict";
import { test } from "node:test";
import { parseEnv } from "node:util";
import fc from "fast-check";
import { parse as parseJsonc } from "jsonc-parser";
import { parse as parseSmolToml } from "smol-toml";
import { parse as parseYaml } from "yaml";
import { loadFormat } from "../src/format.ts";
import { type MapNode, type Node, scalar } from "../src/node.ts";
import { plainOrigin } from "../src/origin.ts";
import { plainValue } from "../src/schema/plain.ts";
import { SourceText } from "../src/source-text.ts";

const origin = plainOrigin("generated");

/** JSON values whose keys no reader treats specially. */
const values = fc.dictionary(
  fc.stringMatching(/^[A-Za-z][\w-]{0,6}$/).filter((key) => !(key in {})),
  fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.string({ unit: "grapheme", maxLength: 10 }),
      fc.constantFrom(
        "no",
        "on",
        "1:30",
        "0x1F",
        "0777",
        "1_000",
        "2001-12-14",
        ".inf",
        "~",
        "<<",
        "1e3",
        "+1",
        "y",
        "0b1",
        "12e03",
      ),
      fc.integer(),
      fc.boolean(),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), tie("value"), { maxKeys: 3 }),
    ),
  })).value,
  { maxKeys: 5 },
);

function toNode(value: unknown): Node {
  if (Array.isArray(value)) return { kind: "list", items: value.map(toNode), origin, start: 0, end: 0 };
  if (typeof value === "object" && value !== null) {
    const entries = new Map(Object.entries(value).map(([key, inner]) => [key, toNode(inner)]));
    return { kind: "map", entries, origin, start: 0, end: 0 } satisfies MapNode;
  }
  if (typeof value === "string") return scalar("string", value, origin);
  return scalar(typeof value === "boolean" ? "boolean" : "number", String(value), origin);
}

/** Plain objects whatever prototype a library gives them. */
const normal = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

async function assertOracle(name: "json" | "yaml" | "toml", oracle: (text: string) => unknown): Promise<void> {
  const { write } = await loadFormat(name);
  await fc.assert(
    fc.property(values, (value) => assert.deepEqual(normal(oracle(write(toNode(value)))), normal(value))),
    { numRuns: 300 },
  );
}

test("JSON.parse reads what is written as JSON", () => assertOracle("json", JSON.parse));

test("a YAML 1.2 reader and a YAML 1.1 reader see the same strings in what is written as YAML", async () => {
  await assertOracle("yaml", (text) => parseYaml(text, { version: "1.2" }));
  await assertOracle("yaml", (text) => parseYaml(text, { version: "1.1" }));
});

test("smol-toml reads what is written as TOML", () => assertOracle("toml", parseSmolToml));

test("util.parseEnv reads what is written as dotenv", async () => {
  const { write } = await loadFormat("dotenv");
  // Readers differ on escapes in double quotes, which only a value with a single quote needs.
  const texts = fc.string({ unit: "grapheme", maxLength: 12 }).filter((text) => !/['\r\0]/.test(text));
  const documents = fc.dictionary(fc.stringMatching(/^[A-Z_]{1,5}$/), texts, { maxKeys: 4 });
  await fc.assert(
    fc.property(documents, (value) => assert.deepEqual(normal(parseEnv(write(toNode(value)))), normal(value))),
  );
});

test("jsonc-parser and the scanner of JSON agree on comments and commas", async () => {
  const { parse } = await loadFormat("json");
  const trivia = fc.constantFrom("", " ", "\n", "// c\n", "/* c */", '\t/* " */ ');
  await fc.assert(
    fc.property(values, fc.array(trivia, { minLength: 40, maxLength: 40 }), fc.boolean(), (value, gaps, trailing) => {
      let next = 0;
      const text = JSON.stringify(value)
        .replace(/"(?:[^"\\]|\\.)*"|[[\]{},:]/g, (token) => token + gaps[next++ % gaps.length])
        .replace(/([^,[{\s*/\n])([\]}])(?=[^"]*$)/, trailing ? "$1,$2" : "$1$2");
      let read: unknown;
      try {
        read = plainValue(parse(new SourceText("t", text)).root);
      } catch {
        assert.throws(() => JSON.parse(text.replace(/\/\/.*\n|\/\*.*?\*\//g, "").replace(/,(?=\s*[\]}])/g, "")));
        return;
      }
      assert.deepEqual(normal(read), normal(parseJsonc(text, [], { allowTrailingComma: true })));
    }),
  );
});
