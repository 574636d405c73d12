import assert from "node:assert/strict";
import { appendFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { setImmediate, setTimeout } from "node:timers/promises";
import { eventually } from "../harness/eventually.ts";
import { get } from "../harness/http.ts";
import { freePort } from "../harness/ports.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { runTool, startTool, type ToolProcess } from "../harness/tool.ts";
import { metric, options, type Settings, startTailer } from "./tailer.ts";

const limit = (bytesPerSecond: number, policy: string): Settings => ({
  "rateLimit.bytesPerSecond": bytesPerSecond,
  "rateLimit.policy": policy,
});

/** Lines of 100 bytes that start with their number. */
function padded(from: number, to: number): string {
  let text = "";
  for (let line = from; line <= to; line++) text += `${`<${line}>`.padEnd(99, "x")}\n`;
  return text;
}

const numbersIn = (text: string) => [...text.matchAll(/<(\d+)>x+/g)].map(([, digits]) => Number(digits));

const outputs: Record<string, Settings> = {
  raw: {},
  prefix: { output: "prefix" },
  "redacted raw": { redact: ["bearer"] },
  "multi-line raw": { multiline: '{"start":"^<"}' },
  json: { output: "json" },
  logfmt: { output: "logfmt" },
  template: { output: '{"template":"{source} {message}"}' },
};

describe("rateLimit with policy block", () => {
  for (const [name, settings] of Object.entries(outputs)) {
    it(`slows reading and loses nothing (${name})`, async (t) => {
      const file = path.join(temporaryDirectory(t), "app.log");
      writeFileSync(file, padded(1, 300));
      const begin = performance.now();
      const { code, stdout } = await runTool("log-tailer", [
        "--once",
        file,
        ...options({ ...settings, ...limit(30_000, "block") }),
      ]);
      const seconds = (performance.now() - begin) / 1000;
      assert.equal(code, 0);
      assert.deepEqual(
        numbersIn(stdout),
        Array.from({ length: 300 }, (_, index) => index + 1),
      );
      assert.ok(stdout.length <= 30_000 * (seconds + 0.2), `${stdout.length} bytes in ${seconds} s`);
    });
  }

  it("is smooth: in no half of a second there is much more than half of the bytes", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    writeFileSync(file, padded(1, 10_000));
    const tailer = await startTailer(t, [file], limit(20_000, "block"));
    await eventually(() => assert.ok(tailer.stdout.length > 0));
    for (let look = 0; look < 3; look++) {
      // What came while this process stood still belongs to the time before, not to the next half of a second.
      await setImmediate();
      const before = { bytes: tailer.stdout.length, at: performance.now() };
      await setTimeout(500);
      await setImmediate();
      const bytes = tailer.stdout.length - before.bytes;
      const allowed = 20 * (performance.now() - before.at);
      assert.ok(bytes > 0 && bytes < allowed + 5000, `${bytes} bytes where ${allowed} are allowed`);
    }
  });

  it("does not hold back a drain", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    writeFileSync(file, padded(1, 20_000));
    const tailer = await startTailer(t, [file], limit(1000, "block"));
    await eventually(() => assert.ok(tailer.stdout.length > 0));
    const begin = performance.now();
    assert.deepEqual(await tailer.stop(), { code: 0, signal: null });
    // Within the limit it would take half an hour.
    assert.ok(performance.now() - begin < 20_000);
    assert.equal(tailer.stdout, padded(1, 20_000));
  });

  it("is a limit for all files and both streams together", async (t) => {
    const directory = temporaryDirectory(t);
    for (const name of ["a", "b"]) writeFileSync(path.join(directory, `${name}.log`), padded(1, 100));
    const sources = JSON.stringify([
      { files: [`${directory}/a.log`] },
      { files: [`${directory}/b.log`], stream: "stderr" },
    ]);
    const begin = performance.now();
    const { stdout, stderr } = await runTool("log-tailer", [
      "--once",
      ...options({ sources, ...limit(10_000, "block") }),
    ]);
    assert.equal(numbersIn(stdout).length + numbersIn(stderr).length, 200);
    assert.ok(performance.now() - begin > 1800);
  });
});

/** Waits until every line was written or left out. */
async function allSeen(tailer: ToolProcess, port: number, lines: number): Promise<number> {
  return eventually(
    async () => {
      const dropped = await metric(port, "dropped_lines_total");
      assert.equal(numbersIn(tailer.stdout).length + dropped, lines);
      return dropped;
    },
    { ms: 20_000 },
  );
}

for (const policy of ["drop", "sample"]) {
  describe(`rateLimit with policy ${policy}`, () => {
    for (const [name, settings] of Object.entries(outputs)) {
      it(`keeps whole lines within the limit, and counts the others (${name})`, async (t) => {
        const file = path.join(temporaryDirectory(t), "app.log");
        writeFileSync(file, "");
        const port = await freePort();
        const tailer = await startTailer(t, [file], { ...settings, ...limit(20_000, policy), "admin.port": port });
        const begin = performance.now();
        appendFileSync(file, padded(1, 2000));
        const dropped = await allSeen(tailer, port, 2000);
        const seconds = (performance.now() - begin) / 1000;
        assert.ok(dropped > 0);
        assert.ok(tailer.stdout.length <= 20_000 * Math.ceil(seconds), `${tailer.stdout.length} in ${seconds} s`);
        const kept = numbersIn(tailer.stdout);
        assert.equal(kept[0], 1);
        assert.ok(
          kept.every((line, index) => index === 0 || line > kept[index - 1]!),
          "in order, each once",
        );
        assert.equal(tailer.stdout.split("\n").length - 1, kept.length, "nothing but whole lines");
        assert.equal(await metric(port, "written_bytes_total"), Buffer.byteLength(tailer.stdout));
        assert.equal(await metric(port, "lines_total"), 2000);
      });
    }

    it("leaves out nothing of what is within the limit", async (t) => {
      const file = path.join(temporaryDirectory(t), "app.log");
      writeFileSync(file, padded(1, 100));
      const port = await freePort();
      const tailer = await startTailer(t, [file], { ...limit(10_000, policy), "admin.port": port });
      await tailer.waitFor("<100>");
      assert.equal(tailer.stdout, padded(1, 100));
      assert.equal(await metric(port, "dropped_lines_total"), 0);
    });

    it("says so at the first line, and once at the end", async (t) => {
      const file = path.join(temporaryDirectory(t), "app.log");
      writeFileSync(file, padded(1, 2000));
      const port = await freePort();
      const tailer = await startTailer(t, [file], { ...limit(1000, policy), "admin.port": port });
      const dropped = await allSeen(tailer, port, 2000);
      const warnings = () => tailer.logs.filter(({ level }) => level === "warn");
      assert.equal(warnings().length, 1);
      assert.match(warnings()[0]!.msg, /rateLimit/);
      assert.equal((await tailer.stop()).code, 0);
      assert.equal(warnings().length, 2);
      assert.equal(warnings()[1]!.lines, dropped);
    });

    it("leaves out a line longer than the limit as a whole, and does not hold up what follows", async (t) => {
      const file = path.join(temporaryDirectory(t), "app.log");
      writeFileSync(file, `${"y".repeat(1_000_000)}\n${padded(1, 3)}`);
      const port = await freePort();
      const tailer = await startTailer(t, [file], { ...limit(1000, policy), "admin.port": port });
      assert.equal(await allSeen(tailer, port, 4), 1);
      assert.equal(tailer.stdout, padded(1, 3));
    });

    it("reads a drain to its end without leaving out lines", async (t) => {
      const file = path.join(temporaryDirectory(t), "app.log");
      writeFileSync(file, "");
      const tailer = await startTailer(t, [file], { ...limit(1000, policy), watch: "poll", pollInterval: "1h" });
      appendFileSync(file, padded(1, 500));
      assert.equal((await tailer.stop()).code, 0);
      assert.equal(tailer.stdout, padded(1, 500));
    });
  });
}

it("a sample is taken from the whole of a flood, not from its beginning", async (t) => {
  const file = path.join(temporaryDirectory(t), "app.log");
  writeFileSync(file, "");
  const port = await freePort();
  const tailer = await startTailer(t, [file], { ...limit(50_000, "sample"), "admin.port": port });
  let line = 0;
  const begin = performance.now();
  for (; performance.now() - begin < 5000; await setTimeout(10)) {
    appendFileSync(file, padded(line + 1, line + 50));
    line += 50;
  }
  await allSeen(tailer, port, line);
  const kept = numbersIn(tailer.stdout);
  // Once the limit was reached for the first time, each eighth of what follows has its share.
  for (let part = 4; part < 8; part++) {
    const from = (line * part) / 8;
    assert.ok(
      kept.some((number) => number >= from && number < from + line / 8),
      `${kept} of ${line}`,
    );
  }
});

describe("the configuration of rateLimit", () => {
  it("has its counters from the start, without any path", async (t) => {
    const port = await freePort();
    await startTailer(t, ["/nowhere/app.log"], { "admin.port": port });
    const { body } = await get(`http://127.0.0.1:${port}/metrics`);
    for (const reason of ["rate_limit", "long_line"]) {
      assert.ok(body.includes(`outrigger_logs_dropped_lines_total{source="app.log",reason="${reason}"} 0\n`), body);
    }
  });

  it("is changed by a reload, and what waits goes on", async (t) => {
    const directory = temporaryDirectory(t);
    const file = path.join(directory, "app.log");
    const config = path.join(directory, "outrigger.yaml");
    const write = (bytesPerSecond: number) =>
      writeFileSync(config, JSON.stringify({ logs: { files: [file], rateLimit: { bytesPerSecond } } }));
    writeFileSync(file, padded(1, 1000));
    write(100);
    const tailer = startTool("log-tailer", ["--config", config, "--set", "logs.admin.port=0"], { test: t });
    await eventually(() => assert.ok(tailer.stdout.length > 0));
    write(0);
    tailer.signal("SIGHUP");
    await eventually(() => assert.equal(tailer.stdout, padded(1, 1000)));
  });

  it("is checked", async () => {
    for (const [setting, message] of [
      ["logs.rateLimit.policy=drp", /drop/],
      ["logs.rateLimit.bytesPerSecond=-1", /size/],
      ["logs.rateLimit.bytesPerSecnd=1", /bytesPerSecond/],
      ["logs.rateLimit=5", /rateLimit/],
    ] as const) {
      const { code, stderr } = await runTool("log-tailer", ["--check", "/logs/a.log", "--set", setting]);
      assert.equal(code, 2, setting);
      assert.match(stderr, message);
    }
  });
});
