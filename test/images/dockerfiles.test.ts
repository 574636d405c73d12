import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { images } from "../../scripts/images/catalogue.ts";
import { renderDockerfile } from "../../scripts/images/dockerfile.ts";
import { repository } from "../harness/tool.ts";

for (const image of images) {
  test(`images/${image.name}/Dockerfile is what the template gives, and runs nothing`, () => {
    const text = readFileSync(path.join(repository, "images", image.name, "Dockerfile"), "utf8");
    assert.equal(text, renderDockerfile(image, repository), "run `npm run images -- dockerfiles`");
    assert.doesNotMatch(text, /^RUN /m);
  });
}
