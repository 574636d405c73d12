import assert from "node:assert/strict";
import { test } from "node:test";
import { type FormatName, formatNames } from "../src/format.ts";
import { Problem } from "../src/problem.ts";
import { read } from "./support.ts";

/** Files that are malformed at or beside `value`. */
const broken: Readonly<Record<FormatName, (value: string) => string[]>> = {
  json: (v) => [
    `{"a": ${v}}`,
    `{"a": "${v}`,
    `{"a": "${v}" "b"}`,
    `{"${v}": 1, "${v}": 2}`,
    `{"a": "\\x${v}"}`,
    `${v}`,
  ],
  yaml: (v) => [
    `a: "${v}`,
    `a: *${v}`,
    `a: &${v} *${v}`,
    `a: ${v}: b`,
    `${v}: 1\n${v}: 2`,
    `a: [${v}`,
    `a:\n\t${v}: 1`,
    `a: @${v}`,
    `a: "\\q${v}"`,
    `%${v}\n---\na: !!int ${v}\n...\nx`,
    `- a\n${v}`,
  ],
  toml: (v) => [`a = ${v}`, `a = "${v}`, `${v}`, `a = 1\na = "${v}"`, `[${v}`, `a = "\\q${v}"`, `a = { b = ${v} }`],
  ini: (v) => [`${v}`, `[${v}`, `a=1\n[a]\n${v}=1`],
  properties: (v) => [`a=${v}\\u12`, `${v}\\uzzzz=1`],
  dotenv: (v) => [`${v}`, `a='${v}`, `a='${v}'${v}`, `export ${v} x`],
  xml: (v) => [
    `<a>${v}`,
    `<a b="${v}" b="${v}"/>`,
    `<a>&${v};</a>`,
    `<${v}></b>`,
    `<!DOCTYPE ${v}><a/>`,
    `<a b=${v}/>`,
    `${v}<a/>`,
  ],
};

for (const format of formatNames) {
  test(`no text of malformed ${format} is in the message`, async () => {
    for (const text of broken[format]("s3cr3t")) {
      await assert.rejects(read(format, text), (error) => {
        assert.ok(error instanceof Problem, text);
        assert.equal(error.exitStatus, 4);
        assert.doesNotMatch(`${error.message} ${error.hint}`, /s3cr3t/, text);
        return true;
      });
    }
  });
}
