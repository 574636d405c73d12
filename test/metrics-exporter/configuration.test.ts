import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { describe, test } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { runTool } from "../harness/tool.ts";
import { startExporter } from "./exporter.ts";

describe("bad configurations end with status 2 and say what to change", () => {
  const cases: [sentence: string, yaml: string, expected: RegExp][] = [
    [
      "an unknown key",
      "metrics:\n  logs:\n    ruls: {}\n",
      /:3:5: metrics\.logs\.ruls: unknown key.*did you mean .*rules/,
    ],
    ["an impossible port", "metrics: { port: 70000 }\n", /metrics\.port/],
    ["a look-ahead", 'metrics: { logs: { rules: { a_total: { regex: "(?=x)" } } } }\n', /a_total.*look-ahead/],
    ["an unclosed brace", 'metrics: { logs: { rules: { a_total: "x {y" } } }\n', /a_total.*not closed/],
    [
      "buckets that fall",
      'metrics: { logs: { rules: { a_seconds: { match: "{value}", buckets: [2, 1] } } } }\n',
      /buckets/,
    ],
    ["a glob that is not closed", 'metrics: { logs: { files: ["/logs/[a.log"] } }\n', /logs\.files/],
    ["an unknown preset", "metrics: { logs: { rules: { a_total: { preset: ngnix } } } }\n", /did you mean .*nginx/],
    ["a source without a URL", "metrics: { scrape: [localhost] }\n", /metrics\.scrape/],
    ["an impossible duration", "metrics: { probes: { a: { url: 'http://a', interval: soon } } }\n", /interval/],
    [
      "a bad JSONPath",
      "metrics: { json: [{ url: 'http://a/', metrics: { a: '$.[' } }] }\n",
      /metrics\.json\S*metrics\.a/,
    ],
    ["an impossible limit", "metrics: { limits: { series: 0 } }\n", /limits\.series/],
    ["broken YAML", "metrics: {\n", /outrigger\.yaml:/],
    ["a duplicate key", "metrics:\n  port: 1\n  port: 2\n", /appears twice/],
  ];
  for (const [sentence, yaml, expected] of cases) {
    test(sentence, async (t) => {
      const file = path.join(temporaryDirectory(t), "outrigger.yaml");
      writeFileSync(file, yaml);
      const { code, stderr, stdout } = await runTool("metrics-exporter", ["--config", file, "--check"]);
      assert.equal(code, 2);
      assert.equal(stdout, "");
      assert.match(stderr, expected);
      assert.doesNotMatch(stderr, /\n\s+at /);
    });
  }
});

test("all errors are reported at once", async (t) => {
  const file = path.join(temporaryDirectory(t), "outrigger.yaml");
  writeFileSync(file, 'metrics:\n  prot: 1\n  logs:\n    rules:\n      a_total: "x {y"\n      depth: "x"\n');
  const { logs } = await runTool("metrics-exporter", ["--config", file, "--check"]);
  assert.equal(logs.length, 3);
});

describe("bad command lines end with status 2", () => {
  for (const args of [["--rule", "x"], ["--prot", "1"], ["--port"], ["--config", "/nowhere/outrigger.yaml"]]) {
    test(args.join(" "), async () => assert.equal((await runTool("metrics-exporter", args)).code, 2));
  }
});

test("a port in use is exit status 1 and named", async (t) => {
  const holder = createServer();
  atEnd(t, () => holder.close());
  await new Promise<void>((resolve) => holder.listen(0, resolve));
  const { port } = holder.address() as { port: number };
  const { code, stderr } = await runTool("metrics-exporter", ["--port", String(port)]);
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`${port}.*metrics\\.port`));
});

test("a reload adds a rule, keeps values, and a bad file keeps the last good configuration", async (t) => {
  const rules = (more = "") => `metrics: { logs: { files: ["$DIR/app.log"], rules: { a_total: "a"${more} } } }\n`;
  const exporter = await startExporter(t, { config: rules() });
  const log = path.join(exporter.directory, "app.log");
  writeFileSync(log, "a b\na b\n");
  await exporter.until("a_total", 2);

  exporter.configure(rules(', b_total: "b"'));
  exporter.process.signal("SIGHUP");
  await exporter.until("b_total", 0);
  writeFileSync(log, "a b\n", { flag: "a" });
  await exporter.until("b_total", 1);
  await exporter.until("a_total", 3);

  exporter.configure("metrics: { logs: { rules: { a_total: 7 } } }\n");
  exporter.process.signal("SIGHUP");
  await exporter.until("outrigger_config_last_reload_successful", 0);
  await exporter.until("a_total", 3);

  exporter.configure(rules());
  exporter.process.signal("SIGHUP");
  await exporter.until("outrigger_config_last_reload_successful", 1);
  await exporter.until("b_total", undefined);
  await exporter.until("a_total", 3);
});
