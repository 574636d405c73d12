import assert from "node:assert/strict";
import { it } from "node:test";
import { backupBases, compareBackupNames } from "../src/backups.ts";

const backups: [string, string | undefined][] = [
  ["app.log.1", "app.log"],
  ["app.log-20260131", "app.log"],
  ["app.log_2", "app.log"],
  ["app.log.old", "app.log"],
  ["app.log.bak", "app.log"],
  ["app-20260131.log", "app.log"],
  ["app.2026-01-31.log", "app.log"],
  ["app-1.log", undefined],
  ["app.log.1.gz", undefined],
  ["app.log.1.swp", undefined],
  ["app.log.lock", undefined],
  ["app.log", undefined],
];
for (const [name, base] of backups) {
  it(`${name} is ${base === undefined ? "no backup of app.log" : `a backup of ${base}`}`, () => {
    assert.equal(backupBases(name).includes("app.log"), base === "app.log");
  });
}

it("numbers shift up with age, dates sort as text", () => {
  const sorted = (names: string[]) => [...names].sort(compareBackupNames);
  assert.deepEqual(sorted(["app.log.1", "app.log.10", "app.log.2"]), ["app.log.10", "app.log.2", "app.log.1"]);
  assert.deepEqual(sorted(["app-2026-02-01.log", "app-2026-01-31.log"]), ["app-2026-01-31.log", "app-2026-02-01.log"]);
});
