import assert from "node:assert/strict";
import { readdirSync, readlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { get } from "../harness/http.ts";
import { freePort } from "../harness/ports.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { PipedTailer } from "./reader.ts";
import { metric } from "./tailer.ts";

const lines = (name: string, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${name} ${from + index} Bearer s3cr3t-t0ken-of-a-user`);
const count = 20_000;

describe("a source that a reload removes", () => {
  for (const others of [[], ["c"]]) {
    it(`is read to its end in its own way and closed (in its place: ${others.join() || "none"})`, async (t) => {
      const directory = temporaryDirectory(t);
      const config = path.join(directory, "outrigger.yaml");
      const file = (name: string) => path.join(directory, `${name}.log`);
      const source = (name: string) => ({ name, files: [file(name)] });
      const configure = (...sources: object[]) => writeFileSync(config, JSON.stringify({ logs: { sources } }));
      for (const name of ["a", "b", "c"]) writeFileSync(file(name), `${lines(name, 1, count).join("\n")}\n`);
      const redacted = { ...source("b"), output: "prefix", redact: ["bearer"] };

      configure(source("a"), redacted);
      const port = await freePort();
      const tailer = new PipedTailer(t, ["--config", config], { "admin.port": port, rotateGrace: "200ms" });
      const appears = (message: string, times: number) =>
        eventually(() => assert.equal(tailer.stderr.split(`"msg":"${message}"`).length - 1, times), { ms: 20_000 });
      await appears("ready", 1);
      // Nobody reads the output: most of every file is unread, also at the second reload.
      await eventually(async () => assert.ok((await metric(port, "write_blocked_seconds_total")) > 0), { ms: 20_000 });
      for (const [index, name] of ["again", "a"].entries()) {
        configure({ ...source("a"), name }, ...others.map(source));
        // No signal: it could come after the file's own event has led to a reload, and to one more.
        await appears("configuration reloaded", index + 1);
      }

      const text = tailer.readText();
      const expected = [
        ...lines("a", 1, count),
        ...lines("b", 1, count).map((line) => `[b] ${line.replace(/s3cr.*/, "[redacted]")}`),
        ...others.flatMap((other) => lines(other, 1, count)),
      ];
      await eventually(() => assert.equal(text().split("\n").length - 1, expected.length), { ms: 20_000 });
      const known = new Set(expected);
      const written = new Set(text().split("\n").slice(0, -1));
      assert.equal(
        [...written].find((line) => !known.has(line)),
        undefined,
      );
      assert.equal(written.size, expected.length);
      await eventually(() => assert.ok(!openFiles(tailer.tool).includes(file("b"))), { ms: 20_000 });
      const { body } = await get(`http://127.0.0.1:${port}/metrics`);
      for (const name of ["b", ...others]) {
        assert.ok(body.includes(`outrigger_logs_lines_total{source="${name}"} ${count}\n`), body);
      }
    });
  }
});

function openFiles(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return [];
    }
  });
}
