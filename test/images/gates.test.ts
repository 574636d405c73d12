// What a sidecar may cost: the bundles of the images with the flags of the images, as plain processes beside the smallest
// servers anybody could write.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { median } from "../../bench/measure.ts";
import { candidates } from "../../bench/start-up/candidates.ts";
import { launch } from "../../bench/start-up/launch.ts";
import { hello, shippedTool } from "../../bench/start-up/programs.ts";
import { freePort } from "../harness/ports.ts";
import { temporaryDirectory } from "../harness/temporary.ts";

/**
 * The goal is 1.1 times the peer's CPU, and 14 and 19 MB. healthz is there; these bounds keep what the others have reached.
 * CPU is compared within the run only: on a busy machine it costs more for everybody.
 */
const bounds = {
  "node:http": { cpuRatio: 2.3, idleMB: 17 },
  express: { cpuRatio: 1.8, idleMB: 23 },
};
const megabytes = (mebibytes: number) => mebibytes * 1.048576;
const skip = process.platform !== "linux" && "reads /proc";
const idleMB: number[] = [];

describe("what a sidecar costs", { skip }, () => {
  for (const { tool, peer, probe, args } of candidates) {
    const { cpuRatio, idleMB: idleBound } = bounds[peer];

    test(`${tool}: CPU to the first answer and memory when idle stay in proportion to a bare ${peer} server`, async (t) => {
      const [port, helloPort] = [await freePort(), await freePort()];
      const directory = temporaryDirectory(t);
      const ours = shippedTool(tool, args(port), directory);
      const theirs = await hello(peer, helloPort, directory);
      const [cpu, peerCpu, memory]: number[][] = [[], [], []];
      for (let round = 0; round < 5; round++) {
        const started = await launch(ours, `http://127.0.0.1:${port}${probe}`);
        cpu!.push(started.cpuMs);
        memory!.push(megabytes(started.anonymousMiB[0]!));
        peerCpu!.push((await launch(theirs, `http://127.0.0.1:${helloPort}/`)).cpuMs);
      }
      const ratio = median(cpu!) / median(peerCpu!);
      idleMB.push(median(memory!));
      t.diagnostic(
        `${median(cpu!).toFixed(0)} ms CPU (hello ${median(peerCpu!).toFixed(0)}), ${idleMB.at(-1)!.toFixed(1)} MB`,
      );
      assert.ok(ratio <= cpuRatio, `${median(cpu!)} ms CPU, ${ratio} times the peer's`);
      assert.ok(idleMB.at(-1)! <= idleBound, `${idleMB.at(-1)} MB`);
    });

    test(`${tool}: 10,000 requests leave it below 32 MB, 10,000 more add 4 MB at most`, async (t) => {
      const port = await freePort();
      const ours = shippedTool(tool, args(port), temporaryDirectory(t));
      const { anonymousMiB } = await launch(ours, `http://127.0.0.1:${port}${probe}`, [10_000, 10_000]);
      const [first, second] = anonymousMiB.map(megabytes) as [number, number];
      t.diagnostic(`${first.toFixed(1)} MB, then ${second.toFixed(1)} MB`);
      assert.ok(first <= 32, `${first} MB`);
      assert.ok(second <= first + 4, `${first} MB, then ${second} MB`);
    });
  }

  test("all of them in one process cost 1.5 times the largest of them at most", async (t) => {
    const directory = temporaryDirectory(t);
    const [health, metrics, admin, egress, proxy] = await Promise.all(Array.from({ length: 5 }, () => freePort()));
    const file = path.join(directory, "outrigger.yaml");
    mkdirSync(path.join(directory, "logs"));
    const files = [path.join(directory, "logs/app.log")];
    const configuration = {
      logs: { files, admin: { port: admin } },
      health: { port: health, checks: {} },
      metrics: { port: metrics, logs: { files, rules: { lines_total: "a" } } },
      egress: { listen: `127.0.0.1:${proxy}`, admin: { port: egress } },
    };
    writeFileSync(file, JSON.stringify(configuration));
    const all = shippedTool("all", ["run", "-c", file], directory);
    const { anonymousMiB } = await launch(all, `http://127.0.0.1:${health}/-/readyz`);
    const together = megabytes(anonymousMiB[0]!);
    t.diagnostic(`${together.toFixed(1)} MB`);
    assert.ok(together <= 1.5 * Math.max(...idleMB), `${together} MB; apart ${idleMB.join(", ")} MB`);
  });
});
