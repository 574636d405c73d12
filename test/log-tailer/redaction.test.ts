import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { entryOf, runTool } from "../harness/tool.ts";
import { options, type Settings, startTailer } from "./tailer.ts";

const secret = "Authorization: Bearer s3cr3t-t0ken end";
const clean = "Authorization: Bearer [redacted] end";

describe("redaction", () => {
  for (const [name, settings] of Object.entries<Settings>({
    raw: {},
    prefix: { output: "prefix" },
    json: { output: "json" },
    logfmt: { output: "logfmt" },
    template: { output: '{"template":"{message}"}' },
    "multi-line raw": { multiline: "auto" },
    "parsed raw": { parse: "auto", stream: '{"stderr":["error"]}' },
  })) {
    it(`works in ${name}, wherever the boundary of two reads is`, async (t) => {
      const file = path.join(temporaryDirectory(t), "app.log");
      // The read buffer ends somewhere inside one of the secrets.
      const lines = Array.from({ length: 20_000 }, (_, index) => `${"x".repeat(index % 50)} ${secret} ${index}`);
      writeFileSync(file, `${lines.join("\n")}\n`);
      const args = options({ redact: ["bearer", "basic-auth-url"], ...settings });
      const { stdout } = await runTool("log-tailer", ["--once", file, ...args]);
      assert.equal(stdout.includes("s3cr3t"), false);
      assert.equal(stdout.split(clean).length, 20_001);
      assert.equal(stdout.split("\n").length, 20_001);
    });
  }

  it("leaves all other bytes as they are", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    writeFileSync(file, Buffer.concat([Buffer.from([0xff, 0x20]), Buffer.from(`${secret}\r\nrest`)]));
    const args = [entryOf("log-tailer"), "--once", file, ...options({ redact: ["bearer"] })];
    const { stdout } = spawnSync(process.execPath, args, { timeout: 20_000 });
    assert.deepEqual(stdout, Buffer.concat([Buffer.from([0xff, 0x20]), Buffer.from(`${clean}\r\nrest\n`)]));
  });

  it("holds a line in two writes until the secret is whole", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    writeFileSync(file, "");
    const tailer = await startTailer(t, [file], { redact: ["bearer"], partialFlush: "5s" });
    appendFileSync(file, secret.slice(0, 30));
    const written = performance.now();
    await eventually(() => assert.ok(performance.now() - written > 200));
    appendFileSync(file, `${secret.slice(30)}\n`);
    await tailer.waitFor("\n");
    assert.equal(tailer.stdout, `${clean}\n`);
  });

  it("works in a line longer than the read buffer", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    writeFileSync(file, `${`${"x ".repeat(50_000)}${secret} `.repeat(40)}\n`);
    const { stdout } = await runTool("log-tailer", ["--once", file, ...options({ redact: ["bearer"] })]);
    assert.equal(stdout.includes("s3cr3t"), false);
    assert.equal(stdout.split(clean).length, 41);
    assert.equal(stdout.length, 40 * (100_000 + clean.length + 1) + 1);
  });

  it("takes patterns, of which a group named secret may be all that goes", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    writeFileSync(file, "password=x1 pin=1234\n");
    const args = options({ redact: ["password=(?<secret>\\S+)", "pin=\\d+"] });
    const { stdout } = await runTool("log-tailer", ["--once", file, ...args]);
    assert.equal(stdout, "password=[redacted] [redacted]\n");
  });
});
