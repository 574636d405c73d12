import assert from "node:assert/strict";
import { test } from "node:test";
import { inNamespace } from "./namespace.ts";

test("without arguments every file of /config-in goes to /config-out", async (t) => {
  const { code, stdout, stderr } = await inNamespace(t, {
    setup: `mkdir config-in/..2026_01 config-in/..2026_01/sub
      printf '{"a": {"b": "x"}}' > config-in/..2026_01/a.json
      printf 'k: 1 # c\\n' > config-in/..2026_01/sub/b.yaml
      printf 'plain' > config-in/..2026_01/version.txt
      ln -s ..2026_01 config-in/..data
      for name in a.json sub version.txt; do ln -s "..data/$name" "config-in/$name"; done`,
    run: "$MERGE A.B=env:VALUE && cd /config-out && for f in $(find . -type f | sort); do echo $f; cat $f; echo; done",
    env: { VALUE: "y" },
  });
  assert.equal(code, 0, stderr);
  assert.equal(stdout, './a.json\n{"a": {"b": "y"}}\n./sub/b.yaml\nk: 1 # c\n\n./version.txt\nplain\n');
});

test("a read-only volume is exit status 6 and the message names the path, the reason and the volumeMount", async (t) => {
  const { code, messages } = await inNamespace(t, {
    setup: "printf '{}' > config-in/a.json; mount -t tmpfs -o ro tmpfs config-out",
    run: "$MERGE",
  });
  assert.equal(code, 6);
  assert.equal(
    messages.join("\n"),
    "cannot write /config-out/a.json: read-only file system; remove readOnly: true from the volumeMount with mountPath " +
      "/config-out of this container, or mount a writable volume (emptyDir) there; ConfigMap and Secret volumes are " +
      "always read-only",
  );
});

test("an output on a volume that became read-only stays as it is", async (t) => {
  const { code, messages, stdout } = await inNamespace(t, {
    setup: `printf '{"a": 1}' > config-in/a.json; printf old > config-out/a.json
      mount --bind config-out config-out; mount -o remount,bind,ro config-out`,
    run: "$MERGE; code=$?; cat /config-out/a.json; ls -A /config-out; exit $code",
  });
  assert.equal(code, 6);
  assert.match(
    messages.join("\n"),
    /^cannot write \/config-out\/a\.json: read-only file system; remove readOnly: true/,
  );
  assert.equal(stdout, "olda.json\n");
});

test("a full volume is exit status 6, the old output stays and no temporary file does", async (t) => {
  const { code, messages, stdout } = await inNamespace(t, {
    setup: `mount -t tmpfs -o size=64k tmpfs config-out
      printf old > config-out/a.json; printf old > config-out/b.json
      printf '{}' > config-in/a.json
      { printf '"'; head -c 100000 /dev/zero | tr '\\0' x; printf '"'; } > config-in/b.json`,
    run: "$MERGE; code=$?; cd /config-out; ls -A; cat a.json b.json; exit $code",
  });
  assert.equal(code, 6);
  assert.deepEqual(messages, [
    "cannot write /config-out/b.json: no space left on the volume; free space, or raise the sizeLimit of the emptyDir or its quota",
  ]);
  assert.equal(stdout, "a.json\nb.json\noldold");
});

test("a mount of a single file is exit status 6 and stays as it is", async (t) => {
  const { code, messages, stdout } = await inNamespace(t, {
    setup: `printf '{"a": 1}' > config-in/a.json; printf old > config-out/a.json; printf mounted > tmp/one
      mount --bind tmp/one config-out/a.json`,
    run: "$MERGE; code=$?; cat /config-out/a.json; ls -A /config-out; exit $code",
  });
  assert.equal(code, 6);
  assert.deepEqual(messages, [
    "cannot write /config-out/a.json: it is a mount of a single file, which cannot be replaced; mount the directory instead of " +
      "the file (no subPath)",
  ]);
  assert.equal(stdout, "mounteda.json\n");
});

test("without /config-in the message says what is looked for, exit status 3", async (t) => {
  const { code, messages } = await inNamespace(t, { setup: "rmdir config-in", run: "$MERGE" });
  assert.equal(code, 3);
  assert.match(messages.join("\n"), /cannot read \/config-in: it does not exist; without sources/);
});

test("nothing is written outside the target directory", async (t) => {
  const { code, stdout, stderr } = await inNamespace(t, {
    setup: "printf '{}' > config-in/a.json; touch tmp/before",
    run: "mount -o remount,ro / 2>/dev/null; mount -t tmpfs tmpfs /config-out; HOME=/nowhere $MERGE; code=$?; ls -A /config-out; exit $code",
  });
  assert.equal(code, 0, stderr);
  assert.equal(stdout, "a.json\n");
});

test("the configuration file is found at /etc/outrigger/outrigger.yaml", async (t) => {
  const { code, stdout, stderr } = await inNamespace(t, {
    setup: `umount etc 2>/dev/null || umount -l etc; mkdir -p etc/outrigger
      printf 'config:\\n  /config-out/o.txt: { content: hello }\\n' > etc/outrigger/outrigger.yaml`,
    run: "$MERGE && cat /config-out/o.txt",
  });
  assert.equal(code, 0, stderr);
  assert.equal(stdout, "hello");
});
