import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { repository, ToolProcess } from "../harness/tool.ts";

const examples = path.join(repository, "examples");
const folders = readdirSync(examples).filter((name) => /^\d\d-/.test(name));

for (const folder of folders) {
  test(`examples/${folder} does as plain processes what its README says`, async (t) => {
    const script = path.join(examples, folder, "verify.mjs");
    assert.ok(existsSync(script));
    const child = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "pipe"] });
    const verify = new ToolProcess(child);
    atEnd(t, () => verify.stop("SIGKILL"));
    const { code } = await verify.exited;
    assert.equal(code, 0, verify.stdout + verify.stderr);
    assert.match(verify.stdout, /^ {2}ok /m);
  });
}
