// An hour of exec checks, by count.
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { listProcesses, readCommandLine, readStat } from "../../../packages/healthz/src/checks/proc.ts";
import { eventually } from "../../harness/eventually.ts";
import { temporaryDirectory } from "../../harness/temporary.ts";
import { metric, startHealthz } from "../../healthz/healthz.ts";

/** Four checks, each every ten seconds by default. */
const RUNS = 4 * 360;

/** The state letters of this process's children. */
function childrenOf(pid: number): string[] {
  return listProcesses().flatMap((child) => {
    const stat = readStat(child);
    return stat?.parent === pid ? [stat.state] : [];
  });
}

test("an hour of exec checks, hanging ones with grandchildren among them, leaves no process and no zombie", async (t) => {
  const marker = path.join(temporaryDirectory(t), "here");
  const check = (source: string, given: object) => ({
    exec: ["/bin/sh", "-c", source, marker],
    interval: "10ms",
    fall: 1,
    ...given,
  });
  const healthz = await startHealthz(t, {
    checks: {
      quick: { exec: ["/bin/true"], interval: "10ms", timeout: "10s" },
      quicker: { exec: ["/bin/true"], interval: "10ms", timeout: "10s" },
      leaving: check('sh -c "sleep 1000" "$0" & exit 0', { timeout: "10s" }),
      hanging: check('trap "" TERM; sh -c "sleep 1000; :" "$0" & wait; wait', { timeout: "100ms" }),
    },
  });
  const { pid } = healthz.tool;
  let most = 0;
  await eventually(
    async () => {
      most = Math.max(most, childrenOf(pid).length);
      const done = await Promise.all(
        ["quick", "quicker", "leaving", "hanging"].flatMap((name) =>
          ["success", "failure"].map((result) =>
            metric(healthz, `outrigger_health_check_runs_total{check="${name}",result="${result}"}`),
          ),
        ),
      );
      const runs = done.reduce<number>((sum, value) => sum + (value ?? 0), 0);
      assert.ok(runs >= RUNS, `${runs} runs`);
    },
    { ms: 150_000, every: 200 },
  );
  assert.equal((await healthz.get("/healthz/hanging")).status, 503);
  // One run of each check, and the children of no other.
  assert.ok(most <= 4, `${most} children at once`);
  await eventually(() =>
    assert.deepEqual(
      childrenOf(pid).filter((state) => state === "Z"),
      [],
    ),
  );
  assert.deepEqual(await healthz.tool.stop(), { code: 0, signal: null });
  const left = listProcesses().filter((other) => readCommandLine(other)?.includes(marker));
  await eventually(() =>
    assert.deepEqual(
      left.filter((other) => readStat(other) !== undefined),
      [],
    ),
  );
});
