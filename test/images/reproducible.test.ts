import assert from "node:assert/strict";
import { test } from "node:test";
import { findEngine } from "../../scripts/images/engine.ts";
import { hostPlatform } from "../../scripts/images/platform.ts";
import { repository } from "../harness/tool.ts";
import { engineResult, withoutImages } from "./engine.ts";

const skip = withoutImages();
const tag = `outrigger-test/reproducible-${process.pid}`;

for (const name of ["podman", "buildah"] as const) {
  test(`two builds by ${name} of one commit have the same digest`, { skip }, (t) => {
    const engine = findEngine(name);
    t.after(() => engineResult("rmi", "--force", tag));
    const build = () => {
      const args = { TARGETARCH: hostPlatform().debian };
      engine.build({ tag, dockerfile: "images/config-merge/Dockerfile", args, epoch: 1_700_000_000 }, repository);
      return engine.id(tag);
    };
    const first = build();
    assert.match(first, /^sha256:[0-9a-f]{64}$/);
    assert.equal(build(), first);
  });
}
