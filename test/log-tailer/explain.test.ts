import assert from "node:assert/strict";
import { linkSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { temporaryDirectory } from "../harness/temporary.ts";
import { runTool } from "../harness/tool.ts";
import { CommandTailer } from "./command.ts";

describe("log-tailer explain FILE", () => {
  const cases: [string, string, number, RegExp][] = [
    ["a file that is read", "a.log", 0, /matches .*\*\.log.*\nit is read/],
    ["one that no pattern matches", "a.txt", 1, /no pattern matches/],
    ["one that is excluded", "secret.log", 1, /excluded by \*\*\/secret/],
    ["one that is missing", "missing.log", 1, /does not exist now/],
    ["a compressed one", "old.log.gz", 1, /compressed/],
    ["a backup", "a.log.1", 1, /backup of .*a\.log/],
    ["a second name of the same file", "b.log", 1, /same file as .*a\.log/],
    ["a directory", "dir.log", 1, /directory/],
  ];
  for (const [name, file, status, reason] of cases) {
    it(`${name}: status ${status}`, async (t) => {
      const directory = temporaryDirectory(t);
      for (const present of ["a.log", "a.txt", "secret.log", "old.log.gz", "a.log.1"]) {
        writeFileSync(path.join(directory, present), "x\n");
      }
      linkSync(path.join(directory, "a.log"), path.join(directory, "b.log"));
      mkdirSync(path.join(directory, "dir.log"));
      const files = `logs.files=["${directory}/*.log", "${directory}/*.gz"]`;
      const result = await runTool("log-tailer", [
        "explain",
        path.join(directory, file),
        ...["--set", files, "--set", 'logs.exclude=["**/secret*"]'],
      ]);
      assert.match(result.stdout, reason);
      assert.equal(result.code, status);
    });
  }

  it("a file that is mounted by itself, as subPath does, is said to be, by explain and by the tailer", async (t) => {
    const directory = temporaryDirectory(t);
    const [source, file] = [path.join(directory, "source"), path.join(directory, "with space.log")];
    writeFileSync(source, "one\n");
    writeFileSync(file, "");
    const bind = [
      "unshare",
      "--user",
      "--map-root-user",
      "--mount",
      "sh",
      "-c",
      'mount --bind "$0" "$1" && shift && exec "$@"',
    ];
    const tailer = new CommandTailer(t, [...bind, source, file], [`${directory}/*.log`], {});
    await tailer.waitFor("one\n");
    const { msg } = await tailer.warning(/subPath/);
    assert.match(msg, /with space\.log is mounted by itself .*mount its directory instead/);
    const other = await runTool("log-tailer", ["explain", file, "--set", `logs.files=["${directory}/*.log"]`]);
    assert.doesNotMatch(other.stdout, /subPath/);
  });
});
