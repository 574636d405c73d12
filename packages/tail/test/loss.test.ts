import assert from "node:assert/strict";
import { appendFileSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { silentLog } from "@outrigger/runtime/log";
import { atEnd } from "../../../test/harness/at-end.ts";
import { eventually } from "../../../test/harness/eventually.ts";
import { temporaryDirectory } from "../../../test/harness/temporary.ts";
import { type Consumer, type Follower, follow } from "../src/follow.ts";

/** A consumer that takes everything, or nothing from the moment on when it stalls. */
class Sink implements Consumer {
  text = "";
  #stall: PromiseWithResolvers<void> | undefined;

  data(_: unknown, chunk: { bytes: Buffer }): Promise<void> | undefined {
    this.text += chunk.bytes;
    return this.#stall?.promise;
  }

  flush(): void {}

  end(): void {}

  stall(): void {
    this.#stall = Promise.withResolvers();
  }

  resume(): void {
    this.#stall?.resolve();
    this.#stall = undefined;
  }
}

function start(file: string, sink: Sink): { follower: Follower; lost: () => number } {
  let lost = 0;
  const events = {
    lost(_: number, bytes: number) {
      lost += bytes;
    },
  };
  const options = { consumer: sink, log: silentLog, watch: "poll", pollInterval: 20, events } as const;
  return { follower: follow({ ...options, sources: [{ files: [file] }] }), lost: () => lost };
}

describe("bytes counted as lost", () => {
  it("none, when a file that was read to its end is rewritten longer", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    writeFileSync(file, "first of the old\n");
    const sink = new Sink();
    const { follower, lost } = start(file, sink);
    atEnd(t, () => follower.close());
    await eventually(() => assert.equal(sink.text, "first of the old\n"));
    writeFileSync(file, "line of the new\n".repeat(100));
    await eventually(() => assert.ok(sink.text.endsWith("line of the new\n".repeat(100))));
    assert.equal(lost(), 0);
  });

  it("what was seen and not read, when a file is rewritten longer while the consumer stalls", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    writeFileSync(file, "first\n");
    const sink = new Sink();
    const { follower, lost } = start(file, sink);
    atEnd(t, () => follower.close());
    sink.stall();
    await eventually(() => assert.equal(sink.text, "first\n"));
    appendFileSync(file, "unread\n".repeat(10));
    await eventually(() => assert.deepEqual(follower.stats().lag, [70]));
    writeFileSync(file, "line of the new\n".repeat(100));
    await eventually(() => assert.deepEqual(follower.stats().lag, [1594]));
    sink.resume();
    await eventually(() => assert.ok(sink.text.endsWith("line of the new\n".repeat(100))));
    assert.equal(lost(), 70);
  });

  it("what was seen and not read, when a file is cut off while the consumer stalls", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    writeFileSync(file, "first\n");
    const sink = new Sink();
    const { follower, lost } = start(file, sink);
    atEnd(t, () => follower.close());
    sink.stall();
    await eventually(() => assert.equal(sink.text, "first\n"));
    appendFileSync(file, "unread\n".repeat(10));
    await eventually(() => assert.deepEqual(follower.stats().lag, [70]));
    truncateSync(file);
    sink.resume();
    appendFileSync(file, "new\n");
    await eventually(() => assert.ok(sink.text.endsWith("new\n")));
    assert.equal(lost(), 70);
  });
});
