// Example 11: an init container whose output is mounted read-only. The original stopped with a shell's "cannot create".
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { withoutImages } from "../images/engine.ts";
import { playPod } from "./pod.ts";

describe("an init container with a read-only output", { skip: withoutImages() }, () => {
  test("ends with 6 and says which path, why, and which mount to change; the application is not started", (t) => {
    const pod = playPod(t, {
      initContainers: [
        {
          name: "config-merge",
          image: "outrigger/config-merge",
          mounts: { "/config-out": "config", "/etc/outrigger": "outrigger" },
          readOnly: ["/config-out", "/etc/outrigger"],
        },
      ],
      containers: [{ name: "app", image: "outrigger-examples/httponly" }],
      volumes: {
        config: undefined,
        outrigger: { "outrigger.yaml": 'config:\n  /config-out/version.txt: { content: "v2\\n" }\n' },
      },
    });
    assert.notEqual(pod.started.code, 0);
    const init = pod.container("config-merge");
    assert.equal(init.inspect<number>(".State.ExitCode"), 6);
    const { stdout, stderr } = init.output;
    assert.equal(stdout, "");
    assert.match(stderr, /\/config-out\/version\.txt/);
    assert.match(stderr, /read-only file system/i);
    assert.match(stderr, /readOnly: true|volumeMount/);
    assert.notEqual(pod.container("app").inspect<string>(".State.Status"), "running");
  });
});
