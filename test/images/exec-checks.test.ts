// A hundred commands that leave processes behind, in the image of healthz: the init in front of it reaps what Node does not.
import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { engineResult, restricted, startContainer, withoutImages } from "./engine.ts";
import { descendants, stateOf } from "./memory.ts";

const CHECKS = 100;

// The image has no shell, and busybox-static needs none of its libraries. One grandchild stays in the group of the command, one
// leaves it.
const BUSYBOX = "/usr/bin/busybox";
const command = ["/busybox", "sh", "-c", "/busybox sleep 1000 & /busybox setsid /busybox sleep 1 & exit 0"];

describe("healthz as the only service of its container", { skip: withoutImages() }, () => {
  test("a hundred exec checks with grandchildren leave no zombie, and SIGTERM ends it with 0", async (t) => {
    const directory = temporaryDirectory(t);
    chmodSync(directory, 0o755);
    const configuration = path.join(directory, "outrigger.yaml");
    const check = { exec: command, interval: "1h", timeout: "1m" };
    const checks = Object.fromEntries(Array.from({ length: CHECKS }, (_, index) => [`c${index}`, check]));
    writeFileSync(configuration, JSON.stringify({ health: { checks } }));
    const mounts = [`${configuration}:/etc/outrigger/outrigger.yaml:ro`, `${BUSYBOX}:/busybox:ro`];
    const volumes = mounts.flatMap((mount) => ["--volume", mount]);
    const container = startContainer(t, ...restricted, "--network", "none", ...volumes, "outrigger/healthz");
    const init = container.inspect<number>(".State.Pid");

    const probe = () =>
      engineResult("exec", container.id, "/nodejs/bin/node", "/app/probe.cjs", "http://127.0.0.1:8080/startupz");
    await eventually(() => assert.equal(probe().code, 0, container.output.stderr), { ms: 60_000, every: 500 });
    // What is left is the tool, and no grandchild, dead or alive.
    await eventually(() => {
      const left = descendants(init).filter((pid) => pid !== init);
      assert.deepEqual([left.length, left.map(stateOf).filter((state) => state === "Z")], [1, []]);
    });
    assert.equal(container.stop().code, 0, container.output.stderr);
  });
});
