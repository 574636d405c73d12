import assert from "node:assert/strict";
import { test } from "node:test";
import { edit, read } from "./support.ts";

// RFC 7396, appendix A: original, patch, result.
const cases: readonly [original: string, patch: string, result: string][] = [
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', "{}"],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
  ['["a","b"]', '["c","d"]', '["c","d"]'],
  ['{"a":"b"}', '["c"]', '["c"]'],
  ['{"a":"foo"}', "null", "null"],
  ['{"a":"foo"}', '"bar"', '"bar"'],
  ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
  ["[1,2]", '{"a":"b","c":null}', '{"a":"b"}'],
  ["{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
];

for (const [original, patch, result] of cases) {
  test(`${original} patched with ${patch} gives ${result}`, async () => {
    const { text } = await edit("json", original, [{ merge: patch }]);
    assert.deepEqual(JSON.parse(text), JSON.parse(result));
  });

  test(`${original} patched with ${patch} gives the same in YAML`, async () => {
    const { text } = await edit("yaml", original, [{ merge: patch, format: "json" }]);
    assert.deepEqual(await read("yaml", text), await read("json", result));
  });
}
