/**
 * `node convert.ts WORK HOW FILE`: reads FILE in pieces of whole lines and makes JSON of it, by the library (`ours`) or by
 * the plainest code that gives a comparable line (`plain`). What comes out is encoded and thrown away.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { LineCutter } from "../../packages/records/src/lines/cutter.ts";
import { parserOf } from "../../packages/records/src/parse/parser.ts";
import { Redactor } from "../../packages/records/src/redact/redactor.ts";
import { rendererOf } from "../../packages/records/src/render/output.ts";
import { TimeReader } from "../../packages/records/src/time/reader.ts";

type Convert = (lines: readonly string[]) => string;

const labels = { source: "app", file: "/logs/app.log" };
const renderer = rendererOf("json", labels);

function parsing(rule: "json" | "serilog"): Convert {
  const parse = parserOf(rule, new TimeReader());
  return (lines) => {
    let text = "";
    for (const line of lines) {
      const record = parse(line);
      text += record === undefined ? renderer.unparsed(line) : renderer.record(record);
    }
    return text;
  };
}

const redactor = new Redactor(["bearer", "basic-auth-url", "jwt", "aws-key", "email"]);
const serilog = /^(\d{4}-\d\d-\d\d) (\S+) (\S+) \[(\w+)\] (.*)$/;

const works: Record<string, Record<string, Convert>> = {
  wrap: {
    ours: (lines) => renderer.texts(lines),
    plain: eachLine((line) => ({ message: line })),
  },
  json: {
    ours: parsing("json"),
    plain: eachLine((line) => {
      const { time, level, msg, ...fields } = JSON.parse(line);
      return { time: new Date(time).toISOString(), level, message: msg, fields };
    }),
  },
  serilog: {
    ours: parsing("serilog"),
    plain: eachLine((line) => {
      const [, date, clock, offset, level, message] = serilog.exec(line) ?? [];
      return { time: new Date(`${date}T${clock}${offset}`).toISOString(), level, message };
    }),
  },
  redact: {
    ours: (lines) => redactor.lines(lines).join("\n"),
    plain: (lines) => lines.join("\n").replace(/\bbearer\s+[\w.~+/=-]+|[\w.+-]+@[\w-]+\.[\w.]+/gi, "[redacted]"),
  },
};

function eachLine(record: (line: string) => object): Convert {
  return (lines) => {
    let text = "";
    for (const line of lines) text += `${JSON.stringify({ ...record(line), ...labels })}\n`;
    return text;
  };
}

const [work = "", how = "", file = ""] = process.argv.slice(2);
const convert = works[work]![how]!;
const out = Buffer.allocUnsafeSlow(1024 * 1024);
const cutter = new LineCutter();
const chunk = Buffer.allocUnsafeSlow(32 * 1024);
const input = openSync(file, "r");
for (let length = readSync(input, chunk); length > 0; length = readSync(input, chunk)) {
  out.write(convert(cutter.push(chunk.subarray(0, length)).lines));
}
closeSync(input);
