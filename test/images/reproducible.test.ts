import assert from "node:assert/strict";
import { copyFileSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { saveCode } from "../../scripts/build/code-cache.ts";
import { bundleName, images, libraryName } from "../../scripts/images/catalogue.ts";
import { findEngine } from "../../scripts/images/engine.ts";
import { hostPlatform } from "../../scripts/images/platform.ts";
import { atEnd } from "../harness/at-end.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { repository } from "../harness/tool.ts";
import { engineResult, withoutImages } from "./engine.ts";

const skip = withoutImages();
const tag = `outrigger-test/reproducible-${process.pid}`;

for (const name of ["podman", "buildah"] as const) {
  test(`two builds by ${name} of one commit have the same digest`, { skip }, (t) => {
    const engine = findEngine(name);
    atEnd(t, () => engineResult("rmi", "--force", tag));
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

for (const image of images.filter(({ name }) => ["log-tailer", "config-merge"].includes(name))) {
  test(`V8's code for ${image.name} is the same wherever and whenever it is taken`, { skip }, (t) => {
    const built = path.join(repository, "dist", image.name);
    const copy = temporaryDirectory(t);
    const bundles = [bundleName(image), ...(image.libraries ?? []).map(libraryName)];
    for (const name of bundles) copyFileSync(path.join(built, name), path.join(copy, name));
    saveCode(image, path.join(copy, bundleName(image)));
    for (const name of bundles) {
      const [first, second] = [built, copy].map((directory) => readFileSync(path.join(directory, `${name}.cache`)));
      assert.ok(first?.equals(second as Buffer), name);
    }
  });
}
