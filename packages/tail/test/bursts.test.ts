import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type BurstHost, Bursts } from "../src/bursts.ts";

const directory = "/logs";

/** A directory whose clock, files and growth are set by hand, and what was done to it. */
class Host implements BurstHost {
  time = 0;
  bytes = 0;
  fileCount = 1;
  growth = 0;
  readonly calls: string[] = [];
  readonly now = () => this.time;
  readonly total = () => this.bytes;
  readonly pause = () => void this.calls.push("pause");
  readonly resume = () => void this.calls.push("resume");
  readonly files = () => this.fileCount;
  readonly look = () => {
    this.calls.push("look");
    return this.growth;
  };

  get isPaused(): boolean {
    return this.calls.lastIndexOf("pause") > this.calls.lastIndexOf("resume");
  }
}

/** Raises `count` events, each `gap` milliseconds after the one before and of 100 bytes; returns how many were alone. */
function raise(bursts: Bursts, host: Host, count: number, gap: number): number {
  let alone = 0;
  for (let event = 0; event < count && !host.isPaused; event++) {
    host.time += gap;
    if (bursts.isAlone(directory)) alone++;
    host.bytes += 100;
  }
  return alone;
}

describe("bursts of events", () => {
  it("are none when a few hundred come in a second: each is dealt with at once", () => {
    const host = new Host();
    const bursts = new Bursts(host);
    assert.equal(raise(bursts, host, 1000, 4), 1000);
    assert.deepEqual(host.calls, []);
    assert.equal(bursts.look(), Number.POSITIVE_INFINITY);
  });

  it("pause the directory, which is looked at in longer and longer pauses of 50 ms at most", () => {
    const host = new Host();
    const bursts = new Bursts(host);
    assert.ok(raise(bursts, host, 1000, 0.1) < 50);
    assert.deepEqual(host.calls, ["pause"]);
    host.growth = 10_000;
    const pauses: number[] = [];
    for (let look = 0; look < 6; look++) {
      const pause = bursts.look();
      pauses.push(Math.round(pause));
      host.time += pause;
    }
    assert.deepEqual(pauses, [10, 20, 40, 50, 50, 50]);
    assert.ok(host.isPaused);
  });

  it("are over when a pause brings little; what came before the new watch is looked for", () => {
    const host = new Host();
    const bursts = new Bursts(host);
    raise(bursts, host, 1000, 0.1);
    host.time += bursts.look();
    host.growth = 300;
    assert.equal(bursts.look(), Number.POSITIVE_INFINITY);
    assert.deepEqual(host.calls, ["pause", "look", "resume", "look"]);
  });

  it("are hardly found in a writer that waits for each of its lines", () => {
    const host = new Host();
    const bursts = new Bursts(host);
    host.growth = 100;
    let alone = 0;
    let pauses = 0;
    while (alone < 20_000) {
      alone += raise(bursts, host, 20_000, 0.1);
      if (!host.isPaused) continue;
      pauses++;
      host.time += bursts.look();
      bursts.look();
    }
    assert.ok(pauses < 15, `${pauses} pauses`);
  });

  it("do not pause a directory in which a look would take too long", () => {
    const host = new Host();
    host.fileCount = 10_000;
    const alone = raise(new Bursts(host), host, 1000, 0.1);
    assert.deepEqual(host.calls, []);
    assert.ok(alone < 100);
  });
});
