import assert from "node:assert/strict";
import { appendFileSync, copyFileSync, renameSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import path from "node:path";
import { test } from "node:test";
import { sampleValue, startExporter } from "./exporter.ts";
import { answering, open, startTarget } from "./target.ts";

/** Whole numbers below a limit, the same ones at every run. */
function dice(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * limit);
  };
}

test("files that are renamed, unlinked and truncated again and again lose no line that was there to be read", async (t) => {
  const exporter = await startExporter(t, { args: ["$DIR/app.log*", "--rule", "lines_total=line"] });
  const log = path.join(exporter.directory, "app.log");
  const roll = dice(3);
  let written = 0;
  const write = () => {
    // Every line is another one, as in a real log: a file that has grown again is told by what it holds.
    for (let count = 1 + roll(200); count > 0; count--) appendFileSync(log, `line ${written++}\n`);
  };
  // What is unlinked or truncated unread is lost to everybody; a renamed file is still there, under a name that is read too.
  const counted = () => exporter.until("lines_total", written);
  const faults = [
    async () => renameSync(log, `${log}.${written}`),
    async () => {
      await counted();
      unlinkSync(log);
    },
    async () => {
      await counted();
      truncateSync(log);
    },
    async () => {
      await counted();
      copyFileSync(log, path.join(exporter.directory, "copy"));
      writeFileSync(log, "");
    },
  ];
  for (let round = 0; round < 24; round++) {
    write();
    if (roll(2) === 0) write();
    await faults[roll(faults.length)]?.();
  }
  write();
  await counted();
});

test("a log that is truncated and replaced while it is written stops nothing, and what comes after counts", async (t) => {
  const exporter = await startExporter(t, {
    args: ["$DIR/app.log", "--rule", "lines_total=line", "--rule", "end_total=the end"],
  });
  const log = path.join(exporter.directory, "app.log");
  const roll = dice(5);
  let written = 0;
  let shown = 0;
  for (let round = 0; round < 300; round++) {
    appendFileSync(log, "line\n".repeat(10));
    written += 10;
    const kind = roll(12);
    if (kind === 0) truncateSync(log, roll(40));
    if (kind === 1) unlinkSync(log);
    if (kind === 2) renameSync(log, `${log}.old`);
    if (round % 10 > 0) continue;
    const value = (await exporter.value("lines_total")) ?? 0;
    assert.ok(value >= shown && value <= written, `${value} after ${shown} of ${written}`);
    shown = value;
  }
  await exporter.until("outrigger_metrics_log_lag_bytes".concat(`{file="${log}"}`), 0);
  appendFileSync(log, "\nthe end\n");
  await exporter.until("end_total", 1);
});

test("targets that hang, reset, cut the body or send nonsense are down, and the others are served", async (t) => {
  const body = "# TYPE broken gauge\nbroken 1\n# EOF\n";
  const headers = { "content-type": open, "content-length": String(body.length) };
  const faults: Record<string, RequestListener> = {
    hangs: () => {},
    "hangs behind its headers": (_request, response) => void response.writeHead(200, headers).flushHeaders(),
    "hangs within its body": (_request, response) => void response.writeHead(200, headers).write(body.slice(0, 9)),
    resets: (request) => request.socket.resetAndDestroy(),
    "cuts its body": (_request, response) => {
      response.writeHead(200, headers).write(body.slice(0, 20), () => response.socket?.destroy());
    },
    "cuts a body of unknown length": (_request, response) => {
      response.writeHead(200, { "content-type": open }).write(body.slice(0, 20), () => response.socket?.destroy());
    },
    "ends before # EOF": answering(body.replace("# EOF\n", ""), open),
    "is not HTTP": (request) => void request.socket.end("nonsense\r\n\r\n"),
    "sends broken gzip": (_request, response) => {
      response.writeHead(200, { "content-type": open, "content-encoding": "gzip" }).end(body);
    },
    "sends more than 10 MiB": (_request, response) => {
      response.writeHead(200, { "content-type": open }).end(`# HELP broken ${"x".repeat(10 * 2 ** 20)}\n${body}`);
    },
  };
  const good = await startTarget(t, answering("# TYPE good gauge\ngood 1\n# EOF\n", open));
  const scrape: object[] = [];
  for (const [name, answer] of Object.entries(faults)) {
    const { url } = await startTarget(t, answer);
    scrape.push({ name, url, timeout: "2s" });
  }
  scrape.push({ name: "good", url: good.url });
  const exporter = await startExporter(t, { config: JSON.stringify({ metrics: { scrape } }) });
  const text = await exporter.scrape();
  const up = (name: string) => sampleValue(text, `outrigger_metrics_source_up{kind="scrape",source="${name}"}`);
  assert.deepEqual(
    Object.keys(faults).filter((name) => up(name) !== 0),
    [],
  );
  assert.equal(up("good"), 1);
  assert.equal(sampleValue(text, "good"), 1);
  assert.equal(sampleValue(text, "broken"), undefined);
});
