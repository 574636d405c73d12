// What the consumers of the examples say about them, offline: kubectl decodes types strictly, Compose 1.29 is the pickier one.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { test } from "node:test";
import { repository } from "../../harness/tool.ts";

const run = (command: string, ...args: string[]) => spawnSync(command, args, { cwd: repository, encoding: "utf8" });
const without = (command: string) => run(command, "--help").error !== undefined && `${command} is not installed`;
const [withoutKubectl, withoutCompose] = [without("kubectl"), without("docker-compose")];

for (const file of globSync("examples/*/{before,after}.yaml", { cwd: repository }).sort()) {
  test(`kubectl decodes ${file}`, { skip: withoutKubectl }, () => {
    const { status, stderr } = run("kubectl", "annotate", "--local", "-f", file, "checked=yes", "-o", "name");
    assert.equal(status, 0, stderr);
  });
}

for (const file of globSync(["docker-compose.yml", "examples/*/docker-compose.yml"], { cwd: repository }).sort()) {
  test(`docker-compose accepts ${file}`, { skip: withoutCompose }, () => {
    const { status, stderr } = run("docker-compose", "-f", file, "config", "-q");
    assert.equal(status, 0, stderr);
  });
}
