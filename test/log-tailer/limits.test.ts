// What the system refuses: permissions, watches, descriptors, events.
import assert from "node:assert/strict";
import { appendFileSync, chmodSync, chownSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { get } from "../harness/http.ts";
import { freePort } from "../harness/ports.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { CommandTailer } from "./command.ts";
import { numbers, startTailer } from "./tailer.ts";

describe("a file that we may not read", () => {
  it("is named once, with owner, mode and our uid, and read when we may", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    writeFileSync(file, "secret\n");
    chmodSync(file, 0o000);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) chownSync(file, 12345, 12345);
    // Root reads everything, unless it has no capabilities.
    const unprivileged = isRoot ? ["setpriv", "--inh-caps=-all", "--bounding-set=-all"] : [];
    const tailer = new CommandTailer(t, unprivileged, [file], { pollInterval: "50ms" });
    const { msg } = await tailer.warning(/cannot read/);
    assert.match(msg, new RegExp(`${file}: it belongs to uid ${isRoot ? 12345 : process.getuid?.()} with mode 0000`));
    assert.match(msg, new RegExp(`we are uid ${process.getuid?.()} .*fsGroup .*umask`));
    const looked = performance.now();
    await eventually(() => assert.ok(performance.now() - looked > 300));
    assert.equal(tailer.warnings.length, 1);
    chmodSync(file, 0o644);
    await tailer.waitFor("secret\n");
  });
});

describe("without inotify", () => {
  for (const [name, limit] of [
    ["watches", "max_inotify_watches"],
    ["instances", "max_inotify_instances"],
  ] as const) {
    it(`no ${name} left: one warning that names the limit, and polling`, async (t) => {
      const directory = temporaryDirectory(t);
      const file = path.join(directory, "app.log");
      writeFileSync(file, "one\n");
      // Limits of a user namespace hold for nobody else.
      const script = `echo 0 > /proc/sys/user/${limit} && exec "$@"`;
      const confined = ["unshare", "--user", "--map-root-user", "sh", "-c", script, "sh"];
      const tailer = new CommandTailer(t, confined, [`${directory}/*.log`], { pollInterval: "50ms" });
      await tailer.waitFor("one\n");
      appendFileSync(file, "two\n");
      await tailer.waitFor("two\n");
      writeFileSync(path.join(directory, "new.log"), "three\n");
      await tailer.waitFor("three\n");
      assert.equal(tailer.warnings.length, 1);
      assert.match(tailer.warnings[0]!.msg, /polling.*fs\.inotify\.max_user_watches/);
    });
  }

  it("events that overflow the kernel's queue: 40,000 writes and a new file, all lines", async (t) => {
    const directory = temporaryDirectory(t);
    const files = ["a", "b"].map((name) => path.join(directory, `${name}.log`));
    for (const file of files) writeFileSync(file, "");
    const tailer = await startTailer(t, [`${directory}/*.log`], { watch: "inotify", pollInterval: "300ms" });
    tailer.signal("SIGSTOP");
    for (let line = 1; line <= 40_000; line++) appendFileSync(files[line % 2]!, `${line}\n`);
    writeFileSync(path.join(directory, "new.log"), "new\n");
    tailer.signal("SIGCONT");
    await tailer.waitFor("new\n");
    await eventually(() => assert.equal(tailer.stdout.length, `${numbers(1, 40_000)}new\n`.length));
    const lines = new Set(tailer.stdout.split("\n"));
    assert.equal(lines.size, 40_002);
  });
});

describe("few file descriptors", () => {
  it("100 files, 20 descriptors: all lines; probes, metrics and the checkpoint still work; one warning", async (t) => {
    const directory = temporaryDirectory(t);
    const checkpoint = path.join(temporaryDirectory(t), "checkpoint.json");
    const files = Array.from({ length: 100 }, (_, index) => path.join(directory, `${index}.log`));
    for (const file of files) writeFileSync(file, `first of ${file}\n`);
    const port = await freePort();
    // Node itself needs 23.
    const tailer = new CommandTailer(t, ["prlimit", "--nofile=43:43"], [`${directory}/*.log`], {
      pollInterval: "200ms",
      "admin.port": port,
      checkpoint,
    });
    await eventually(() => assert.equal(tailer.lines.length, 100));
    for (const file of files) appendFileSync(file, `second of ${file}\n`);
    await eventually(() => assert.equal(tailer.lines.length, 200));
    assert.deepEqual(
      [...tailer.lines].sort(),
      files.flatMap((file) => [`first of ${file}`, `second of ${file}`]).sort(),
    );
    assert.equal((await get(`http://127.0.0.1:${port}/readyz`)).status, 200);
    await eventually(() => {
      const { entries } = JSON.parse(readFileSync(checkpoint, "utf8"));
      assert.equal(entries.filter(({ offset }: { offset: number }) => offset > 0).length, 100);
    });
    assert.equal(tailer.warnings.length, 1);
    assert.match(tailer.warnings[0]!.msg, /ulimit -n/);
  });
});
