import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { eventually } from "../../harness/eventually.ts";
import { get } from "../../harness/http.ts";
import { freePort } from "../../harness/ports.ts";
import { temporaryDirectory } from "../../harness/temporary.ts";
import { privateMemory } from "../../images/memory.ts";
import { PipedTailer } from "../../log-tailer/reader.ts";
import { metric } from "../../log-tailer/tailer.ts";

const mebibyte = 1024 * 1024;
/** What may come and go: probes are answered meanwhile. */
const slack = 4e6;

it("a backlog of 1 GiB behind a stalled reader: memory is flat, probes are answered, then every byte comes", async (t) => {
  const file = path.join(temporaryDirectory(t), "app.log");
  writeFileSync(file, "");
  const port = await freePort();
  // As in the image: without it the young generation grows to 16 MiB before it is collected.
  const tailer = new PipedTailer(t, [file], { "admin.port": port }, ["--max-semi-space-size=1"]);
  await eventually(() => assert.match(tailer.stderr, /"msg":"ready"/));

  const block = Buffer.from(`${"x".repeat(127)}\n`.repeat(mebibyte / 128));
  const hash = createHash("sha256");
  const writer = openSync(file, "a");
  const write = (blocks: number) => {
    for (let count = 0; count < blocks; count++) {
      writeSync(writer, block);
      hash.update(block);
    }
  };
  write(16);
  await eventually(async () => assert.ok((await metric(port, "write_blocked_seconds_total")) > 1));
  const before = privateMemory(tailer.tool);
  const readings = [before];
  for (let part = 0; part < 12; part++) {
    write(84);
    assert.equal((await get(`http://127.0.0.1:${port}/livez`)).status, 200);
    await setTimeout(250);
    readings.push(privateMemory(tailer.tool));
  }
  closeSync(writer);
  t.diagnostic(`private memory in MB: ${readings.map((bytes) => (bytes / 1e6).toFixed(1)).join(" ")}`);
  for (const reading of readings) assert.ok(Math.abs(reading - before) <= slack, `${reading} after ${before}`);
  await eventually(async () => assert.ok((await metric(port, "lag_bytes")) > 1000 * mebibyte));

  tailer.read();
  await eventually(() => assert.equal(tailer.bytes, (16 + 12 * 84) * mebibyte), { ms: 60_000 });
  assert.equal(tailer.sha256, hash.digest("hex"));
});
