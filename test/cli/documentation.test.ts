import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { temporaryDirectory } from "../harness/temporary.ts";
import { repository, runTool } from "../harness/tool.ts";

const pages = globSync(["*.md", "docs/guides/*.md", "examples/**/*.md", "bench/*.md"], { cwd: repository }).sort();
const textOf = (page: string) => readFileSync(path.join(repository, page), "utf8");

for (const page of pages) {
  test(`${page} links to files that exist`, () => {
    for (const [, target = ""] of textOf(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
      if (/^https?:/.test(target)) continue;
      assert.ok(existsSync(path.join(repository, path.dirname(page), target)), target);
    }
  });
}

// Fragments of a section, manifests and Compose files stand in such blocks as well.
const sections = ["logs", "health", "metrics", "egress", "config"];
const isConfiguration = (block: string) => Object.keys(parse(block) as object).every((key) => sections.includes(key));

const blocks = pages.flatMap((page) =>
  [...textOf(page).matchAll(/^```yaml\n(.*?)^```/gms)]
    .map(([, block = ""], index) => ({ page, index, block }))
    .filter(({ block }) => isConfiguration(block)),
);

for (const { page, index, block } of blocks) {
  test(`configuration ${index + 1} of ${page} is one that outrigger accepts`, async (t) => {
    const file = path.join(temporaryDirectory(t), "outrigger.yaml");
    writeFileSync(file, block);
    const { code, stdout } = await runTool("outrigger", ["check", "-c", file]);
    assert.equal(code, 0, stdout);
  });
}

test("the README is a page, not a book", () => {
  assert.ok(textOf("README.md").split("\n").length < 150);
});

test("every npm script that a page names exists", () => {
  const { scripts } = JSON.parse(textOf("package.json")) as { scripts: Record<string, string> };
  for (const page of pages) {
    for (const [, name = ""] of textOf(page).matchAll(/npm run ([\w:-]+)/g))
      assert.ok(name in scripts, `${page}: ${name}`);
  }
});
