// What a scenario is played on: one log file, its application, and the followers that read it at the same time.
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { eventually } from "../../test/harness/eventually.ts";
import { Follower, type FollowerKind } from "./followers.ts";
import type { Scenario } from "./scenarios.ts";
import { judge, type Verdict } from "./verdict.ts";

/** How long programs may take to start, in milliseconds. */
const startTime = 30_000;

/** Lines that are written in one go. */
const batch = 20;

export interface Scene {
  /** Empty. */
  readonly directory: string;
  /** Milliseconds between two steps; 0: none. */
  readonly pause: number;
  /** Milliseconds that followers may take to show what was written; some never show all of it. */
  readonly patience: number;
}

export class Stage {
  readonly file: string;
  readonly #pause: number;
  readonly #patience: number;
  readonly #followers: readonly Follower[];
  readonly #written: string[] = [];

  constructor(scene: Scene, scenario: Scenario, kinds: readonly FollowerKind[]) {
    this.file = join(scene.directory, "app.log");
    this.#pause = scene.pause;
    this.#patience = scene.patience;
    scenario.prepare?.(this.file);
    this.write(this.file);
    this.#followers = kinds.map((kind) => new Follower(kind, this.file));
  }

  /** Lines that nobody has seen; the last one without its newline when it is not `ended`. */
  write(to: number | string, { ended = true } = {}): void {
    const lines = Array.from({ length: batch }, (_, index) => {
      return `line ${String(this.#written.length + index + 1).padStart(6, "0")}`;
    });
    this.#written.push(...lines);
    appendFileSync(to, `${lines.join("\n")}${ended ? "\n" : ""}`);
  }

  /** The tempo: what happens on either side of it can be seen apart, or not. */
  async pause(): Promise<void> {
    if (this.#pause > 0) await setTimeout(this.#pause);
  }

  /** Waits until every follower has shown the first lines. */
  begun(): Promise<void> {
    return eventually(() => this.#check(), { ms: startTime });
  }

  /** Waits until every follower has shown everything, as far as it ever will. */
  async seen(): Promise<void> {
    await eventually(() => this.#check(), { ms: this.#patience }).catch(() => {});
  }

  /** Ends the followers, after so many milliseconds without anything new, and judges what each has shown. */
  async end(quiet: number): Promise<Map<FollowerKind, Verdict>> {
    await setTimeout(quiet);
    const verdicts = new Map<FollowerKind, Verdict>();
    for (const follower of this.#followers) {
      await follower.stop();
      verdicts.set(follower.kind, judge(this.#written, follower.output));
    }
    return verdicts;
  }

  #check(): void {
    const last = this.#written.at(-1)!;
    const late = this.#followers.find(({ output }) => !output.includes(last));
    if (late !== undefined) throw new Error(`${late.kind.name} has not shown "${last}"`);
  }
}
