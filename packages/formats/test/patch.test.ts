import assert from "node:assert/strict";
import { test } from "node:test";
import { Problems } from "../src/problem.ts";
import { edit, read } from "./support.ts";

type Operation = Readonly<Record<string, unknown>>;

// RFC 6902, appendix A: a document, operations, and the result, or what makes the patch fail.
const appendix: readonly [name: string, before: string, operations: readonly Operation[], after: string | RegExp][] = [
  ["A.1", '{"foo":"bar"}', [{ op: "add", path: "/baz", value: "qux" }], '{"baz":"qux","foo":"bar"}'],
  ["A.2", '{"foo":["bar","baz"]}', [{ op: "add", path: "/foo/1", value: "qux" }], '{"foo":["bar","qux","baz"]}'],
  ["A.3", '{"baz":"qux","foo":"bar"}', [{ op: "remove", path: "/baz" }], '{"foo":"bar"}'],
  ["A.4", '{"foo":["bar","qux","baz"]}', [{ op: "remove", path: "/foo/1" }], '{"foo":["bar","baz"]}'],
  ["A.5", '{"baz":"qux","foo":"bar"}', [{ op: "replace", path: "/baz", value: "boo" }], '{"baz":"boo","foo":"bar"}'],
  [
    "A.6",
    '{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}',
    [{ op: "move", from: "/foo/waldo", path: "/qux/thud" }],
    '{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}',
  ],
  [
    "A.7",
    '{"foo":["all","grass","cows","eat"]}',
    [{ op: "move", from: "/foo/1", path: "/foo/3" }],
    '{"foo":["all","cows","eat","grass"]}',
  ],
  [
    "A.8",
    '{"baz":"qux","foo":["a",2,"c"]}',
    [
      { op: "test", path: "/baz", value: "qux" },
      { op: "test", path: "/foo/1", value: 2 },
    ],
    '{"baz":"qux","foo":["a",2,"c"]}',
  ],
  ["A.9", '{"baz":"qux"}', [{ op: "test", path: "/baz", value: "bar" }], /baz does not have the value/],
  [
    "A.10",
    '{"foo":"bar"}',
    [{ op: "add", path: "/child", value: { grandchild: {} } }],
    '{"foo":"bar","child":{"grandchild":{}}}',
  ],
  ["A.11", '{"foo":"bar"}', [{ op: "add", path: "/baz", value: "qux", xyz: 123 }], '{"foo":"bar","baz":"qux"}'],
  ["A.12", '{"foo":"bar"}', [{ op: "add", path: "/baz/bat", value: "qux" }], /there is no baz/],
  ["A.14", '{"/":9,"~1":10}', [{ op: "test", path: "/~01", value: 10 }], '{"/":9,"~1":10}'],
  ["A.15", '{"/":9,"~1":10}', [{ op: "test", path: "/~01", value: "10" }], /~1 does not have the value/],
  ["A.16", '{"foo":["bar"]}', [{ op: "add", path: "/foo/-", value: ["abc", "def"] }], '{"foo":["bar",["abc","def"]]}'],
];

for (const [name, before, operations, after] of appendix) {
  for (const format of ["json", "yaml"] as const) {
    test(`RFC 6902 ${name} in ${format}`, async () => {
      const patch = JSON.stringify(operations);
      if (after instanceof RegExp) await assert.rejects(edit(format, before, [{ patch }]), after);
      else
        assert.deepEqual(await read(format, (await edit(format, before, [{ patch }])).text), await read("json", after));
    });
  }
}

test("RFC 6902 A.13: an operation with two op members is malformed", async () => {
  const patch = '[{"op":"add","path":"/baz","value":"qux","op":"remove"}]';
  await assert.rejects(edit("json", '{"foo":"bar"}', [{ patch }]), /patch:1:42: the key occurs twice/);
});

// RFC 6901, section 5.
const document = '{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\\\j":5,"k\\"l":6," ":7,"m~n":8}';
const pointers: readonly [pointer: string, value: unknown][] = [
  ["", JSON.parse(document)],
  ["/foo", ["bar", "baz"]],
  ["/foo/0", "bar"],
  ["/", 0],
  ["/a~1b", 1],
  ["/c%d", 2],
  ["/e^f", 3],
  ["/g|h", 4],
  ["/i\\j", 5],
  ['/k"l', 6],
  ["/ ", 7],
  ["/m~0n", 8],
];
for (const [path, value] of pointers) {
  test(`the pointer ${JSON.stringify(path)} finds what RFC 6901 says`, async () => {
    const patch = JSON.stringify([{ op: "test", path, value }]);
    assert.equal((await edit("json", document, [{ patch }])).text, document);
  });
}

const equalities: readonly [a: string, b: string, equal: boolean][] = [
  ["1", "1.0", true],
  ["100", "1e2", true],
  ["-0", "0", true],
  ["0.10", "1e-1", true],
  ["12345678901234567890", "12345678901234567891", false],
  ["1", "true", false],
  ["null", "null", true],
  ["null", '""', false],
  ['{"a":1,"b":2}', '{"b":2.0,"a":1}', true],
  ["[1,2]", "[2,1]", false],
];
for (const [a, b, equal] of equalities) {
  test(`a test takes ${a} and ${b} for ${equal ? "equal" : "different"}`, async () => {
    const tested = edit("json", `{"a":${a}}`, [{ patch: `[{"op":"test","path":"/a","value":${b}}]` }]);
    if (equal) await tested;
    else await assert.rejects(tested, /does not have the value/);
  });
}

const impossible: readonly [operation: Operation, message: RegExp][] = [
  [{ op: "remove", path: "/x" }, /patch:1:2: remove cannot be done: x does not exist/],
  [{ op: "replace", path: "/x", value: 1 }, /x does not exist/],
  [{ op: "add", path: "/l/3", value: 1 }, /l\.3 is no place in a list of 2 elements/],
  [{ op: "add", path: "/l/01", value: 1 }, /l\.01 is no place/],
  [{ op: "remove", path: "/l/-" }, /l\.- does not exist/],
  [{ op: "add", path: "/a/b", value: 1 }, /a\.b cannot be reached: a is a string/],
  [{ op: "move", from: "/m", path: "/m/n" }, /m\.n lies inside m/],
  [{ op: "remove", path: "" }, /nothing would be left/],
  [{ op: "ADD", path: "/x", value: 1 }, /op must be one of add, remove, /],
  [{ op: "add", path: "x", value: 1 }, /path must be a JSON Pointer/],
  [{ op: "add", path: "/~2", value: 1 }, /path must be a JSON Pointer/],
  [{ op: "copy", path: "/x" }, /from must be a JSON Pointer/],
  [{ op: "add", path: "/x" }, /add needs a value/],
];
for (const [operation, message] of impossible) {
  test(`${JSON.stringify(operation)} is refused with its place, and without any value`, async () => {
    const patch = JSON.stringify([operation]);
    await assert.rejects(edit("json", '{"a":"canary","l":[1,2],"m":{"n":1}}', [{ patch }]), (error) => {
      assert.ok(error instanceof Problems || error instanceof Error);
      assert.match((error as Error).message, message);
      assert.doesNotMatch((error as Error).message, /canary/);
      return true;
    });
  });
}

test("everything that is wrong with the operations is reported together", async () => {
  const patch = '[{"op":"x","path":"/a"},\n {"op":"add","path":"/a"}, 5]';
  await assert.rejects(edit("json", "{}", [{ patch }]), (error) => {
    assert.deepEqual(
      (error as Problems).list.map(({ message }) => message.split(": ")[0]),
      ["patch:1:8", "patch:2:2", "patch:2:28"],
    );
    return true;
  });
});
