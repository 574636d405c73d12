import assert from "node:assert/strict";
import { test } from "node:test";
import { formatJsonPath, parseJsonPath, valueAt } from "../src/checks/json-path.ts";

const document = { a: { b: [{ "c d": 1 }, null] }, "it's": 2, "": 3, e: { "0": "key" } };

const found: [path: string, value: unknown][] = [
  ["$", document],
  ["$.a.b[0]['c d']", 1],
  ['$["a"].b[1]', null],
  ["$['it\\'s']", 2],
  ["$['']", 3],
  ["$.e['0']", "key"],
];
for (const [path, value] of found) {
  test(`${path} is found`, () => assert.deepEqual(valueAt(document, parseJsonPath(path)!), value));
}

for (const path of ["$.x", "$.a.b[2]", "$.a.b.length", "$.e[0]", "$.a.b[1].c", "$.constructor", "$.__proto__"]) {
  test(`${path} finds nothing`, () => assert.equal(valueAt(document, parseJsonPath(path)!), undefined));
}

for (const path of ["", "a", ".a", "$.", "$..a", "$[", "$[x]", "$.a[*]", "$[?(@.a)]", "$.a b", "$['a", "$a"]) {
  test(`"${path}" is no path`, () => assert.equal(parseJsonPath(path), undefined));
}

test("a path is written as it is read", () => {
  for (const path of ["$", "$.a.b[0]['c d']", "$['it\\'s']"]) assert.equal(formatJsonPath(parseJsonPath(path)!), path);
});
