// One scenario at one tempo, seen by several followers at once.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FollowerKind } from "./followers.ts";
import type { Scenario } from "./scenarios.ts";
import { Stage } from "./stage.ts";
import type { Verdict } from "./verdict.ts";

export interface Tempo {
  readonly name: string;
  /** Milliseconds between two steps. */
  readonly pause: number;
}

export const tempos: readonly Tempo[] = [
  { name: "at once", pause: 0 },
  { name: "0.1 s", pause: 100 },
  { name: "1.5 s", pause: 1500 },
];

/** How long followers may take, in milliseconds. */
export interface Times {
  /** To show what was written: the last of it may never come. */
  readonly patience: number;
  /** To show more after the last line; none for those that read to the end when they are stopped. */
  readonly quiet: number;
}

export async function play(
  scenario: Scenario,
  { pause }: Tempo,
  kinds: readonly FollowerKind[],
  { patience, quiet }: Times,
): Promise<Map<FollowerKind, Verdict>> {
  const directory = mkdtempSync(join(tmpdir(), "rotations-"));
  try {
    const stage = new Stage({ directory, pause, patience }, scenario, kinds);
    await stage.begun();
    await scenario.play(stage);
    stage.write(stage.file);
    await stage.seen();
    return await stage.end(quiet);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
