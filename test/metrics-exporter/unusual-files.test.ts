/** What else than plain files may match a glob. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { test } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { startExporter } from "./exporter.ts";

test("named pipes, sockets, directories and dangling links among text files are passed over, and nothing waits for them", async (t) => {
  const directory = temporaryDirectory(t);
  const at = (name: string) => path.join(directory, name);
  execFileSync("mkfifo", [at("pipe.prom")]);
  mkdirSync(at("directory.prom"));
  symlinkSync("/nowhere/at/all", at("dangling.prom"));
  writeFileSync(at("real.txt"), "linked 2\n");
  symlinkSync(at("real.txt"), at("link.prom"));
  writeFileSync(at("plain.prom"), "plain 1\n");
  const socket = createServer();
  await new Promise<void>((resolve) => socket.listen(at("socket.prom"), resolve));
  atEnd(t, () => void socket.close());
  const exporter = await startExporter(t, { config: 'metrics: { textfiles: ["$DIR/*.prom"] }\n', directory });
  const text = await exporter.scrape();
  assert.match(text, /^plain 1$/m);
  assert.match(text, /^linked 2$/m);
  const sources = [...text.matchAll(/^outrigger_metrics_source_up\{kind="textfile",source="([^"]*)"\} 1$/gm)];
  assert.deepEqual(
    sources.map(([, source = ""]) => path.basename(source)),
    ["link.prom", "plain.prom"],
  );
});
