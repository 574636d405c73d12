import assert from "node:assert/strict";
import { test } from "node:test";
import { type Change, edit, plain, read } from "./support.ts";

const edits: readonly [behaviour: string, before: string, changes: readonly Change[], after: string][] = [
  [
    "an attribute keeps its quotes",
    "<c a='1' b = \"2\"/>",
    [
      ["a", "it's"],
      ["b", 'q"<&\n'],
    ],
    "<c a='it&apos;s' b = \"q&quot;&lt;&amp;&#10;\"/>",
  ],
  ["an element's text", "<c><a>1</a> <!-- c --></c>\n", [["a", "x<y&z"]], "<c><a>x&lt;y&amp;z</a> <!-- c --></c>\n"],
  ["a CDATA section", "<c><a><![CDATA[1]]></a></c>", [["a", "2"]], "<c><a>2</a></c>"],
  ["a self-closing element gets text", "<c><a /></c>", [["a", "x"]], "<c><a>x</a></c>"],
  [
    "an entry of appSettings",
    '<configuration>\n  <appSettings>\n    <add key="Env" value="DEV" />\n  </appSettings>\n</configuration>\n',
    [
      ["appSettings.Env", "TEST"],
      ["appSettings.New", "1"],
    ],
    '<configuration>\n  <appSettings>\n    <add key="Env" value="TEST" />\n    <add key="New" value="1" />\n  </appSettings>\n</configuration>\n',
  ],
  [
    "entries close their tags as their siblings do",
    '<c><s>\n\t<add key="a" value="1"/>\n</s></c>',
    [["s.b", "2"]],
    '<c><s>\n\t<add key="a" value="1"/>\n\t<add key="b" value="2"/>\n</s></c>',
  ],
  [
    "an empty appSettings section is filled",
    "<configuration>\n  <appSettings />\n</configuration>",
    [["appSettings.a", "1"]],
    '<configuration>\n  <appSettings>\n    <add key="a" value="1" />\n  </appSettings>\n</configuration>',
  ],
  [
    "connection strings go by name",
    '<configuration>\n  <connectionStrings>\n    <add name="Db" connectionString="x" providerName="p" />\n  </connectionStrings>\n</configuration>',
    [
      ["connectionStrings.Db", 'Server=a;Pwd="b"'],
      ["connectionStrings.Other", "y"],
    ],
    '<configuration>\n  <connectionStrings>\n    <add name="Db" connectionString="Server=a;Pwd=&quot;b&quot;" providerName="p" />\n    <add name="Other" connectionString="y" />\n  </connectionStrings>\n</configuration>',
  ],
  [
    "a new element follows its siblings",
    "<c>\r\n\t<a>1</a>\r\n</c>",
    [["b.d", "x"]],
    "<c>\r\n\t<a>1</a>\r\n\t<b>\r\n\t\t<d>x</d>\r\n\t</b>\r\n</c>",
  ],
  [
    "repeated elements are a list",
    "<c>\n  <a>1</a>\n  <b/>\n  <a>2</a>\n</c>",
    [
      ["a.1", "x"],
      ["a.2", "y"],
    ],
    "<c>\n  <a>1</a>\n  <b/>\n  <a>x</a>\n  <a>y</a>\n</c>",
  ],
  ["an element is removed with its line", "<c>\n  <a>1</a>\n  <b>2</b>\n</c>", [["a", null]], "<c>\n  <b>2</b>\n</c>"],
  ["an attribute is removed", '<c a="1" b="2"/>', [["a", null]], '<c b="2"/>'],
  [
    "an entry is removed",
    '<c><appSettings><add key="a" value="1"/></appSettings></c>',
    [["appSettings.a", null]],
    "<c><appSettings></appSettings></c>",
  ],
  ["an element gets children", "<c>\n  <a/>\n</c>", [["a.b", "x"]], "<c>\n  <a>\n    <b>x</b>\n  </a>\n</c>"],
  ["text beside attributes", '<c><a x="1">t</a></c>', [['a."#text"', "u"]], '<c><a x="1">u</a></c>'],
  [
    "a byte order mark and a declaration stay",
    '\ufeff<?xml version="1.0"?>\n<c a="1"/>\n',
    [["a", "2"]],
    '\ufeff<?xml version="1.0"?>\n<c a="2"/>\n',
  ],
  [
    "outside UTF-8, characters beyond ASCII become references",
    '<?xml version="1.0" encoding="iso-8859-1"?><c a="1"/>',
    [["a", "é€"]],
    '<?xml version="1.0" encoding="iso-8859-1"?><c a="&#233;&#8364;"/>',
  ],
];
for (const [behaviour, before, changes, after] of edits) {
  test(`${behaviour}: ${JSON.stringify(before)}`, async () => {
    const { text, tree } = await edit("xml", before, changes);
    assert.equal(text, after);
    assert.deepEqual(await read("xml", text), plain(tree.root));
  });
}

test("references, comments and line breaks are read as XML says", async () => {
  const text = "<c a='&lt;&#65;&#x42;\n'><b>x<!-- & -->&amp;<![CDATA[<&]]>\r\ny</b></c>";
  assert.deepEqual(await read("xml", text), Object.assign(Object.create(null), { a: "<AB ", b: "x&<&\ny" }));
});

test("a tree without an XML source gets a root", async () => {
  const { loadFormat } = await import("../src/format.ts");
  const { SourceText } = await import("../src/source-text.ts");
  const source = (await loadFormat("json")).parse(new SourceText("t", '{"a": {"b": [1, "<"]}, "c": ""}'));
  assert.equal(
    (await loadFormat("xml")).write(source.root),
    '<?xml version="1.0" encoding="utf-8"?>\n<configuration>\n  <a>\n    <b>1</b>\n    <b>&lt;</b>\n  </a>\n  <c />\n</configuration>\n',
  );
});

const refused: readonly [behaviour: string, text: string, message: RegExp][] = [
  ["a DTD", '<!DOCTYPE c [<!ENTITY s "s3cr3t">]><c>&s;</c>', /a document type definition is not accepted/],
  ["an unknown entity", "<c>&s3cr3t;</c>", /the entity is not known/],
  ["an element that is not closed", "<c>\n<s3cr3t></c>", /not closed|no start tag/],
  ["a duplicate attribute", '<c a="1" a="2"/>', /occurs twice/],
  ["an empty file", "", /has no element|not well-formed/],
  ["text before the root", "s3cr3t<c/>", /not well-formed/],
];
for (const [behaviour, text, message] of refused) {
  test(`${behaviour} is refused`, async () => {
    await assert.rejects(
      read("xml", text),
      (error: Error) => message.test(error.message) && !error.message.includes("s3cr3t"),
    );
  });
}
