import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { generatedFiles } from "../../scripts/docs/generated.ts";
import { repository, runTool } from "../harness/tool.ts";

const generated = await generatedFiles(repository);

for (const [file, text] of generated) {
  test(`${file} is what the schemas say (npm run docs writes it anew)`, () => {
    assert.equal(readFileSync(path.join(repository, file), "utf8"), text);
  });
}

test("the reference holds no page that nobody generates", () => {
  const committed = readdirSync(path.join(repository, "docs/reference")).map((name) => `docs/reference/${name}`);
  assert.deepEqual(
    committed.filter((file) => !generated.has(file)),
    [],
  );
});

test("outrigger schema prints the committed schema", async () => {
  const { code, stdout } = await runTool("outrigger", ["schema"]);
  assert.equal(code, 0);
  assert.equal(stdout, readFileSync(path.join(repository, "schemas/outrigger.schema.json"), "utf8"));
});
