import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { ParsedRecord } from "../src/record.ts";
import { type RecordOutput, rendererOf } from "../src/render/output.ts";

const labels = { source: "app", file: "/logs/app.log" };
const full: ParsedRecord = {
  time: "2024-04-22T14:29:49.718Z",
  level: "error",
  message: 'it "failed"\n\tat x',
  fields: '"id":12345678901234567890,"user":{"name":"bob b"},"level":"x","a b":"","ok":true',
};
const bare: ParsedRecord = { time: undefined, level: undefined, message: "hello", fields: "" };
const line = (output: RecordOutput, record: ParsedRecord) => rendererOf(output, labels).record(record);

describe("json", () => {
  it("has one object per line, its keys in a fixed order, numbers as they were spelled", () => {
    assert.equal(
      line("json", full),
      `{"time":"2024-04-22T14:29:49.718Z","level":"error","message":"it \\"failed\\"\\n\\tat x","source":"app","file":"/logs/app.log","fields":{${full.fields}}}\n`,
    );
    assert.equal(line("json", bare), '{"message":"hello","source":"app","file":"/logs/app.log"}\n');
  });

  it("says so when a record did not parse", () => {
    assert.deepEqual(JSON.parse(rendererOf("json", labels).unparsed("x\ny")), {
      message: "x\ny",
      ...labels,
      parsed: false,
    });
  });

  it("wraps any lines, many at once", () => {
    const odd = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom('","', '"', "\\", '\\","', "\u0000\u001f", "\u2028"),
    );
    fc.assert(
      fc.property(fc.array(odd), (lines) => {
        const out = rendererOf("json", labels).texts(lines);
        assert.deepEqual(
          out
            .split("\n")
            .slice(0, -1)
            .map((text) => JSON.parse(text)),
          lines.map((message) => ({ message, ...labels })),
        );
      }),
    );
  });
});

describe("logfmt", () => {
  it("quotes what has to be, and keeps fields apart from its own keys", () => {
    assert.equal(
      line("logfmt", full),
      'time=2024-04-22T14:29:49.718Z level=error message="it \\"failed\\"\\n\\tat x" source=app file=/logs/app.log id=12345678901234567890 user="{\\"name\\":\\"bob b\\"}" fields.level=x a_b="" ok=true\n',
    );
    assert.equal(
      rendererOf("logfmt", labels).texts(["a b", ""]),
      'message="a b" source=app file=/logs/app.log\nmessage="" source=app file=/logs/app.log\n',
    );
    assert.equal(rendererOf("logfmt", labels).unparsed("a"), "message=a source=app file=/logs/app.log parsed=false\n");
  });
});

describe("a template", () => {
  const template = (text: string) => ({ template: text });

  it("is filled with the record's parts and any field", () => {
    assert.equal(
      line(template("{time} {level} {message}"), { ...full, message: "m" }),
      "2024-04-22T14:29:49.718Z error m\n",
    );
    assert.equal(
      line(template("{{{source}}} {file} {id} {user.name} {fields.level} {user} {ok}"), full),
      '{app} /logs/app.log 12345678901234567890 bob b x {"name":"bob b"} true\n',
    );
    assert.equal(line(template("<{time}{level}{nothing}> {message}"), bare), "<> hello\n");
  });

  it("gives a record that did not parse whole", () => {
    const renderer = rendererOf(template("{time} {level} {message}"), labels);
    assert.equal(renderer.unparsed("as it is"), "as it is\n");
    assert.equal(renderer.texts(["  indented", "b"]), "  indented\nb\n");
  });

  it("is refused when it is not closed", () => {
    assert.throws(() => rendererOf(template("{time"), labels), /"\{" stands alone/);
  });
});

it("a block of records is written as the records one by one are, whatever they and the labels hold", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", '"', "\n", "n", "\r", "\t", "$", "&", "é", "\u{1f600}", "\u2028"),
  });
  fc.assert(
    fc.property(text, text, (records, file) => {
      const renderer = rendererOf("json", { source: "app$&", file });
      const lines = records.split("\n");
      for (const line of renderer.texts(lines).split("\n").slice(0, -1)) assert.equal(JSON.parse(line).file, file);
      assert.deepEqual(renderer.block?.(records), { text: renderer.texts(lines), count: lines.length });
    }),
  );
  assert.equal(rendererOf("json", { source: "app", file: "/f" }).block?.("a\\nb"), undefined);
});
