// What `npm run rotations` compares with `tail -F`: log-tailer's own columns.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ours } from "../../../scripts/rotations/followers.ts";
import { play, tempos } from "../../../scripts/rotations/play.ts";
import { scenarios } from "../../../scripts/rotations/scenarios.ts";
import { judge, nothingWrong } from "../../../scripts/rotations/verdict.ts";

// The slowest tempo shows the same and takes most of the time: it is left to the comparison.
for (const tempo of tempos.slice(0, 2)) {
  describe(`rotations, pause ${tempo.name}: nothing lost, doubled or damaged`, { concurrency: 3 }, () => {
    for (const scenario of scenarios) {
      it(scenario.name, async () => {
        for (const [kind, verdict] of await play(scenario, tempo, ours, { patience: 20_000, quiet: 0 })) {
          assert.deepEqual(verdict, nothingWrong, kind.name);
        }
      });
    }
  });
}

it("the oracle sees what is lost, doubled, and glued together", () => {
  const written = ["line 000001", "line 000002", "line 000003"];
  assert.deepEqual(judge(written, written.map((line) => `${line}\n`).join("")), nothingWrong);
  assert.deepEqual(judge(written, "line 000001line 000003\nline 000003\n"), { lost: 1, doubled: 1, damaged: 1 });
  assert.deepEqual(judge(written, "line 000001\nline 000002\n\0\0line 000003\n"), { lost: 0, doubled: 0, damaged: 1 });
});
