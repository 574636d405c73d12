import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { FormatName } from "../src/format.ts";
import { writeJson } from "./scribes/json.ts";
import { writeDotenv, writeIni, writeProperties } from "./scribes/lines.ts";
import { type Choose, Sheet, type Spot } from "./scribes/sheet.ts";
import { writeToml } from "./scribes/toml.ts";
import { writeXml } from "./scribes/xml.ts";
import { writeYaml } from "./scribes/yaml.ts";
import { edit, read } from "./support.ts";

/** Formats by the names people give them: JSONC is JSON with comments and trailing commas. */
const scribes: Readonly<Record<string, readonly [format: FormatName, write: (sheet: Sheet) => void]>> = {
  json: ["json", (sheet) => writeJson(sheet, false)],
  jsonc: ["json", (sheet) => writeJson(sheet, true)],
  yaml: ["yaml", writeYaml],
  toml: ["toml", writeToml],
  ini: ["ini", writeIni],
  properties: ["properties", writeProperties],
  dotenv: ["dotenv", writeDotenv],
  xml: ["xml", writeXml],
};

const choices = fc.infiniteStream(fc.nat(1000)).map(
  (stream): Choose =>
    (n) =>
      (stream.next().value as number) % n,
);
const options = { numRuns: Number(process.env.RUNS ?? 200) };

function written(choose: Choose, write: (sheet: Sheet) => void): Sheet {
  const sheet = new Sheet(choose);
  write(sheet);
  sheet.finish();
  return sheet;
}

const strings = [
  "new",
  "no",
  "8080",
  "",
  "a b",
  "it's",
  'q"q',
  "a: b",
  "# x",
  "x=y;z",
  "<&>",
  "C:\\new",
  "é€",
  " pad ",
];

/** A text that fits where `value` stands. */
function fitting(value: unknown, choose: Choose): string {
  if (typeof value === "string") return strings[choose(strings.length)] as string;
  if (typeof value === "boolean") return String(!value);
  const { number, date } = value as { number?: string; date?: string };
  if (number === undefined) return (date as string).includes("-") ? "2001-01-01" : "00:00:00";
  return /[.e]/.test(number) ? "0.25" : "31";
}

const quoted = (path: Spot["path"]) => path.map((key) => JSON.stringify(String(key))).join(".");

function at(value: unknown, path: Spot["path"]): unknown {
  return path.reduce((inner, key) => (inner as Record<string | number, unknown>)[key], value);
}

/** A copy of `value` with `text` at `path`, in the type of what stands there. */
function withText(value: unknown, [key, ...rest]: Spot["path"], text: string): unknown {
  if (key === undefined) {
    if (typeof value === "string") return text;
    if (typeof value === "boolean") return text === "true";
    return Object.fromEntries(Object.keys(value as object).map((kind) => [kind, text]));
  }
  const copy = Array.isArray(value) ? [...value] : Object.assign(Object.create(null), value);
  copy[key] = withText(copy[key], rest, text);
  return copy;
}

for (const [name, [format, write]] of Object.entries(scribes)) {
  test(`${name}: an edit changes the targeted value and no other byte, and the same edit again changes none`, async () => {
    await fc.assert(
      fc.asyncProperty(choices, choices, async (style, chance) => {
        const { text, spots } = written(style, write);
        const spot = spots[chance(spots.length)];
        // Comments alone.
        if (spot === undefined) return;
        const { path, start, end } = spot;
        const before = await read(format, text);
        const next = fitting(at(before, path), chance);
        const edited = (await edit(format, text, [[quoted(path), next]])).text;
        const context = `${quoted(path)} = ${JSON.stringify(next)} in\n${text}\nis\n${edited}`;
        assert.equal(edited.slice(0, start), text.slice(0, start), context);
        const behind = text.slice(end);
        assert.ok(edited.length >= start + behind.length && edited.endsWith(behind), context);
        assert.deepEqual(await read(format, edited), withText(before, path, next), context);
        assert.equal((await edit(format, edited, [[quoted(path), next]])).text, edited, context);
      }),
      options,
    );
  });

  test(`${name}: merging nothing, a document with itself, or a new value twice changes nothing`, async () => {
    await fc.assert(
      fc.asyncProperty(choices, async (style) => {
        const { text } = written(style, write);
        assert.equal((await edit(format, text, [])).text, text);
        assert.equal((await edit(format, text, [{ merge: text }])).text, text);
        const once = (await edit(format, text, [["brand_new", "x"]])).text;
        assert.equal((await edit(format, once, [["brand_new", "x"]])).text, once, text);
      }),
      options,
    );
  });
}
