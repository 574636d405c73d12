import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { parseEnv } from "node:util";
import type { FormatName } from "../../../packages/formats/src/format.ts";
import { writeJson } from "../../../packages/formats/test/scribes/json.ts";
import { writeDotenv, writeIni, writeProperties } from "../../../packages/formats/test/scribes/lines.ts";
import { Sheet, type Spot } from "../../../packages/formats/test/scribes/sheet.ts";
import { writeToml } from "../../../packages/formats/test/scribes/toml.ts";
import { writeXml } from "../../../packages/formats/test/scribes/xml.ts";
import { writeYaml } from "../../../packages/formats/test/scribes/yaml.ts";
import { edit, read } from "../../../packages/formats/test/support.ts";

type Reader = (texts: readonly string[]) => unknown[];

/** What Debian's Python reads: the modules json, tomllib, configparser and xml.etree, PyYAML (YAML 1.1) and javaproperties. */
function python(format: FormatName): Reader {
  return (texts) => {
    const script = path.join(import.meta.dirname, "readers.py");
    const options = { input: JSON.stringify(texts), encoding: "utf8", maxBuffer: 1 << 26 } as const;
    const { status, stdout, stderr } = spawnSync("/usr/bin/python3", [script, format], options);
    assert.equal(status, 0, `python failed (apt-get install python3-yaml python3-javaproperties): ${stderr}`);
    return JSON.parse(stdout) as unknown[];
  };
}

/** What Node reads; it takes `#` for a comment without white space before it too, and knows neither `\\"` nor byte order marks. */
const node: Reader = (texts) =>
  texts.map((text) => (/a#b|\\"/.test(text) ? { refused: true } : parseEnv(text.replace("\ufeff", ""))));

const oracles: readonly [format: FormatName, reader: string, write: (sheet: Sheet) => void, read: Reader][] = [
  ["json", "Python's json", (sheet) => writeJson(sheet, false), python("json")],
  ["yaml", "PyYAML, which reads YAML 1.1,", writeYaml, python("yaml")],
  ["toml", "Python's tomllib", writeToml, python("toml")],
  ["ini", "Python's configparser", writeIni, python("ini")],
  ["properties", "javaproperties, which reads as java.util.Properties,", writeProperties, python("properties")],
  ["dotenv", "util.parseEnv", writeDotenv, node],
  ["xml", "Python's ElementTree", writeXml, python("xml")],
];

const strings = [
  "new",
  "no",
  "8080",
  "1:30",
  "a b",
  "it's",
  "a: b",
  "x=y;z",
  "<&>",
  "C:\\new",
  "é€",
  "~",
  "2001-12-14",
];

interface Case {
  readonly before: string;
  readonly after: string;
}

/** A document in some style, before and after an edit of one of its strings. */
async function edited(format: FormatName, write: (sheet: Sheet) => void, choose: (n: number) => number): Promise<Case> {
  const sheet = new Sheet(choose);
  write(sheet);
  const tree = await read(format, sheet.text);
  const at = ({ path: keys }: Spot) =>
    keys.reduce((inner, key) => (inner as Record<string | number, unknown>)[key], tree);
  const spots = sheet.spots.filter((spot) => typeof at(spot) === "string");
  const spot = spots[choose(Math.max(spots.length, 1))];
  if (spot === undefined) return { before: sheet.text, after: sheet.text };
  const value = strings[choose(strings.length)] as string;
  const place = spot.path.map((key) => JSON.stringify(String(key))).join(".");
  return { before: sheet.text, after: (await edit(format, sheet.text, [[place, value]])).text };
}

/** Park and Miller's generator: the same documents in every run. */
function choices(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state * 48271) % 2147483647;
    return state % n;
  };
}

/** A tree as other readers have it: numbers by value, without a sign of zero; dates as text. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const { number, date } = value as { number?: unknown; date?: unknown };
  if (typeof number === "string" && Object.getPrototypeOf(value) !== null) return Number(number) + 0;
  if (typeof date === "string" && Object.getPrototypeOf(value) !== null) return date;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

const isRefused = (value: unknown) => (value as { refused?: boolean }).refused === true;

for (const [format, reader, write, readAll] of oracles) {
  test(`${reader} sees in any ${format} what we see, before and after an edit`, async () => {
    const choose = choices(Number(process.env.TEST_SEED ?? 1));
    const cases: Case[] = [];
    for (let count = 0; count < 300; count++) cases.push(await edited(format, write, choose));
    const before = readAll(cases.map((one) => one.before));
    const after = readAll(cases.map((one) => one.after));
    let compared = 0;
    for (const [index, one] of cases.entries()) {
      // A style that this reader does not know.
      if (isRefused(before[index])) continue;
      compared++;
      assert.deepEqual(before[index], plain(await read(format, one.before)), one.before);
      assert.deepEqual(after[index], plain(await read(format, one.after)), `${one.before}\nbecame\n${one.after}`);
    }
    assert.ok(compared > 100, `only ${compared} documents could be compared`);
  });
}
