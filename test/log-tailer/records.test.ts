import assert from "node:assert/strict";
import { appendFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { freePort } from "../harness/ports.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { runTool } from "../harness/tool.ts";
import { metric, options, type Settings, startTailer } from "./tailer.ts";

/** What comes out for a file with this content. */
async function outputOf(t: Parameters<typeof temporaryDirectory>[0], content: string | Buffer, settings: Settings) {
  const file = path.join(temporaryDirectory(t), "app.log");
  writeFileSync(file, content);
  const run = await runTool("log-tailer", ["--once", file, ...options({ name: "app", ...settings })]);
  const lines = run.stdout.split("\n").slice(0, -1);
  return { ...run, file, lines, records: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe("records", () => {
  it("as json are one object per line with source and file", async (t) => {
    const { records, file } = await outputOf(t, 'say "hi"\r\n\n\\path\tx\nlast', { output: "json" });
    const labels = { source: "app", file };
    assert.deepEqual(records(), [
      { message: 'say "hi"', ...labels },
      { message: "", ...labels },
      { message: "\\path\tx", ...labels },
      { message: "last", ...labels },
    ]);
  });

  it("parsed from json keep types, nesting and huge integers; a bad line passes whole", async (t) => {
    const good =
      '{"ts":1713796189.718,"lvl":"WARN","msg":"m","id":12345678901234567890,"price":1.50,"__proto__":{"x":[1]}}';
    const { lines, file } = await outputOf(t, `${good}\n{"cut":\n[1]\n`, { output: "json", parse: "json" });
    const labels = `"source":"app","file":"${file}"`;
    assert.deepEqual(lines, [
      `{"time":"2024-04-22T14:29:49.718Z","level":"warn","message":"m",${labels},"fields":{"id":12345678901234567890,"price":1.50,"__proto__":{"x":[1]}}}`,
      `{"message":"{\\"cut\\":",${labels},"parsed":false}`,
      `{"message":"[1]",${labels},"parsed":false}`,
    ]);
  });

  it("as logfmt and in a layout of one's own", async (t) => {
    const content = "2024-04-22 14:29:49.718 +00:00 [INF] it works\n";
    const logfmt = await outputOf(t, content, { output: "logfmt", parse: "serilog" });
    assert.equal(
      logfmt.stdout,
      `time=2024-04-22T14:29:49.718Z level=info message="it works" source=app file=${logfmt.file}\n`,
    );
    const template = await outputOf(t, "Mon Apr 22 14:29:49 UTC 2024#This is log\nodd\n", {
      output: '{"template":"{time} {message}"}',
      parse: '{"template":"{time}#{message}"}',
    });
    assert.equal(template.stdout, "2024-04-22T14:29:49.000Z This is log\nodd\n");
  });

  it("have times of the zone and of declared formats", async (t) => {
    const { records } = await outputOf(t, "2024-07-01 16:17:03 INFO x\n03/04/2024 16:17:03 INFO x\n", {
      output: "json",
      parse: '{"template":"{time} {level} {message}"}',
      time: '{"zone":"America/New_York","formats":["dd/MM/yyyy HH:mm:ss","auto"]}',
    });
    assert.deepEqual(
      records().map(({ time }) => time),
      ["2024-07-01T20:17:03.000Z", "2024-04-03T20:17:03.000Z"],
    );
  });

  it("of a container runtime are whole again", async (t) => {
    const at = "2024-04-22T14:29:49.718123456Z";
    const content = `${at} stdout P one \n${at} stderr F two\n2024-04-22T14:30:00Z stdout F three\n`;
    const { records, file } = await outputOf(t, content, { output: "json", parse: "cri" });
    const rest = { source: "app", file };
    assert.deepEqual(records(), [
      { time: at, message: "two", ...rest, fields: { stream: "stderr" } },
      { time: at, message: "one three", ...rest, fields: { stream: "stdout" } },
    ]);
  });

  it("go to standard error by level, in the same format", async (t) => {
    const content = '{"level":"error","msg":"bad"}\n{"level":"info","msg":"good"}\nplain\n';
    const { stdout, stderr } = await outputOf(t, content, { parse: "json", stream: '{"stderr":["error","fatal"]}' });
    assert.equal(stdout, '{"level":"info","msg":"good"}\nplain\n');
    assert.ok(stderr.split("\n").includes('{"level":"error","msg":"bad"}'));
    const all = await outputOf(t, '{"one":1}\n{"two":2}\n', { stream: "stderr" });
    assert.equal(all.stdout, "");
    assert.match(all.stderr, /^\{"one":1\}\n\{"two":2\}$/m);
  });

  it("have no level without parse: a warning says that none goes to standard error", async (t) => {
    const stream = '{"stderr":["error"]}';
    const { stdout, stderr } = await outputOf(t, "ERROR bad\n", { stream });
    assert.equal(stdout, "ERROR bad\n");
    assert.match(stderr, /"level":"warn".*without parse no record has a level/);
    const checked = await runTool("log-tailer", ["--check", "/logs/a.log", ...options({ stream })]);
    assert.equal(checked.code, 0);
    assert.match(checked.stderr, /warning: source a\.log: without parse/);
  });

  it("that are too long are cut, split or dropped, and counted", async (t) => {
    const port = await freePort();
    const file = path.join(temporaryDirectory(t), "app.log");
    writeFileSync(file, `short\n${"é".repeat(20)}\nnext\n`);
    const settings = { output: '{"template":"{message}"}', maxLine: 17, "admin.port": String(port) };
    const tailer = await startTailer(t, [file], settings);
    await tailer.waitFor("next\n");
    assert.equal(tailer.stdout, `short\n${"é".repeat(8)}\nnext\n`);
    assert.equal(await metric(port, "long_lines_total"), 1);
    const { once } = { once: { ...settings, "admin.port": "0" } };
    assert.equal(
      (await outputOf(t, `short\n${"é".repeat(20)}\nnext\n`, { ...once, onLongLine: "drop" })).stdout,
      "short\nnext\n",
    );
    const split = await outputOf(t, `${"é".repeat(20)}\n`, { ...once, onLongLine: "split" });
    assert.equal(split.lines.join(""), "é".repeat(20));
    assert.equal(split.lines.length, 3);
  });

  it("drop the rest of a line that was cut also when it comes much later", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    writeFileSync(file, "x".repeat(40));
    const tailer = await startTailer(t, [file], {
      output: '{"template":"{message}"}',
      maxLine: 16,
      partialFlush: "100ms",
    });
    await tailer.waitFor(`${"x".repeat(16)}\n`);
    await tailer.waitFor(/./, { on: "stdout" });
    appendFileSync(file, "yyyy");
    appendFileSync(file, "zzzz\nnext\n");
    await tailer.waitFor("next\n");
    assert.equal(tailer.stdout, `${"x".repeat(16)}\nnext\n`);
  });

  it("that cannot be parsed are counted", async (t) => {
    const port = await freePort();
    const file = path.join(temporaryDirectory(t), "app.log");
    writeFileSync(file, '{"a":1}\nno\nnone\n');
    const tailer = await startTailer(t, [file], { output: "json", parse: "json", "admin.port": String(port) });
    await tailer.waitFor("none");
    assert.equal(await metric(port, "parse_errors_total"), 2);
    assert.equal(await metric(port, "lines_total"), 3);
  });
});

describe("encodings", () => {
  const text = "\u{feff}ä\u{0a0d}😀\r\nzwei\n";
  const be = (value: string) => Buffer.from(value, "utf16le").swap16();

  for (const [name, content] of [
    ["UTF-16LE", Buffer.from(text, "utf16le")],
    ["UTF-16BE", be(text)],
    ["UTF-8 with a mark", Buffer.from(text)],
  ] as const) {
    it(`${name}: the mark decides, and the records are the same`, async (t) => {
      const { records } = await outputOf(t, content, { output: "json", encoding: "latin1" });
      assert.deepEqual(
        records().map(({ message }) => message),
        ["ä\u{0a0d}😀", "zwei"],
      );
    });
  }

  it("by label; invalid bytes are replaced in json and pass in raw", async (t) => {
    const latin = Buffer.from([0xe4, 0x0a]);
    assert.equal((await outputOf(t, latin, { output: "json", encoding: "iso-8859-1" })).records()[0]!.message, "ä");
    assert.equal((await outputOf(t, latin, { output: "json" })).records()[0]!.message, "\u{fffd}");
    const halves = Buffer.concat([Buffer.from("zwei halbe: "), be("ü")]);
    assert.match((await outputOf(t, halves, { output: "json" })).stdout, /zwei halbe: /);
  });

  it("a character may be split over two writes", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    const bytes = Buffer.from("größe\n");
    writeFileSync(file, bytes.subarray(0, 3));
    const tailer = await startTailer(t, [file], { output: '{"template":"{message}"}', partialFlush: "10s" });
    appendFileSync(file, bytes.subarray(3));
    await tailer.waitFor("größe\n");
  });
});

describe("the configuration of records", () => {
  it("is the same for all sources, unless one says otherwise, also none", async (t) => {
    const directory = temporaryDirectory(t);
    const config = path.join(directory, "outrigger.yaml");
    for (const name of ["a", "b"]) writeFileSync(path.join(directory, `${name}.log`), '{"level":"error"}\n');
    const sources = [
      { name: "a", files: [path.join(directory, "a.log")], parse: "none" },
      { name: "b", files: [path.join(directory, "b.log")] },
    ];
    writeFileSync(
      config,
      JSON.stringify({ logs: { parse: "json", output: { template: "{source} {level} {message}" }, sources } }),
    );
    const { stdout } = await runTool("log-tailer", ["--once", "--config", config]);
    assert.deepEqual(stdout.split("\n").sort(), ["", 'a  {"level":"error"}', 'b error {"level":"error"}']);
  });

  it("is refused with all its problems at once, each with what to write instead", async () => {
    const { code, stderr } = await runTool("log-tailer", [
      "--check",
      "/logs/a.log",
      ...options({
        encoding: "klingon",
        time: '{"zone":"Europe/Berlni","formats":["yyyy-QQ"]}',
        parse: "jsno",
        redact: ["emial", "(a+)+(?=b)"],
        multiline: '{"preset":"java","start":"^x"}',
        output: '{"template":"{a"}',
      }),
    ]);
    assert.equal(code, 2);
    for (const problem of [
      /logs\.encoding: unknown encoding \\"klingon\\"/,
      /logs\.time\.zone: .*the nearest is Europe\/Berlin/,
      /logs\.time\.formats\[0\]: .*QQ/,
      /logs\.parse: .*did you mean \\"json\\"/,
      /logs\.redact\[0\]: .*did you mean email/,
      /logs\.redact\[1\]: .*look-ahead/,
      /logs\.multiline: takes exactly one of preset, start and continue/,
      /logs\.output: .*stands alone/,
    ]) {
      assert.match(stderr, problem);
    }
  });
});
