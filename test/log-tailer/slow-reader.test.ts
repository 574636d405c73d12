// A reader of the output that takes its time: what was written before must wait for it, not be lost.
import assert from "node:assert/strict";
import { closeSync, openSync, renameSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { freePort } from "../harness/ports.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { PipedTailer, sha256 } from "./reader.ts";
import { metric, numbers } from "./tailer.ts";

const ready = (tailer: PipedTailer) => eventually(() => assert.match(tailer.stderr, /"msg":"ready"/));

describe("a slow reader", () => {
  it("gets all of a file that was renamed at once, however long that takes beyond the grace", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    writeFileSync(file, "");
    const tailer = new PipedTailer(t, [file], { rotateGrace: "200ms", pollInterval: "50ms" });
    await ready(tailer);
    const [burst, next] = [numbers(1_000_000, 4_000_000), "next\n"];
    const writer = openSync(file, "a");
    writeSync(writer, burst);
    renameSync(file, `${file}.1`);
    closeSync(writer);
    writeFileSync(file, next);
    tailer.read(10_000_000);
    await eventually(() => assert.equal(tailer.bytes, burst.length + next.length), { ms: 20_000 });
    assert.equal(tailer.sha256, sha256(burst + next));
  });

  it("gets everything after SIGTERM: the output is not cut at what the pipe holds", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    const text = `${numbers(100_000, 300_000)}unterminated`;
    writeFileSync(file, text);
    const tailer = new PipedTailer(t, [file]);
    await ready(tailer);
    tailer.signal("SIGTERM");
    tailer.read(1_000_000);
    await tailer.exited;
    assert.equal(tailer.status, 0);
    assert.equal(tailer.sha256, sha256(`${text}\n`));
  });

  it("a second SIGTERM does not wait for it", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    writeFileSync(file, numbers(1, 500_000));
    const port = await freePort();
    const tailer = new PipedTailer(t, [file], { "admin.port": port });
    await ready(tailer);
    await eventually(async () => assert.ok((await metric(port, "write_blocked_seconds_total")) > 0));
    tailer.signal("SIGTERM");
    await eventually(() => assert.match(tailer.stderr, /"msg":"stopping"/));
    assert.equal(tailer.status, undefined);
    const second = performance.now();
    tailer.signal("SIGTERM");
    await eventually(() => assert.equal(tailer.status, 143));
    assert.ok(performance.now() - second < 10_000);
  });
});
