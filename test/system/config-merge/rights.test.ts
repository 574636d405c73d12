import assert from "node:assert/strict";
import { test } from "node:test";
import { inNamespace } from "./namespace.ts";

/** Without the capabilities of root, the owner of a mapped namespace is bound by permission bits like anybody else. */
const unprivileged = "setpriv --bounding-set=-all --inh-caps=-all --";

test("a directory we may not write to is exit status 6 with owner, identity and fsGroup", async (t) => {
  const { code, messages } = await inNamespace(t, {
    setup: "printf '{}' > config-in/a.json; chmod 0555 config-out",
    run: `${unprivileged} $MERGE`,
  });
  assert.equal(code, 6);
  assert.match(
    messages.join("\n"),
    /cannot write \/config-out\/a\.json: permission denied: \/config-out belongs to uid 0 gid 0, mode 0555; we run as uid 0 gid 0; give the pod\nsecurityContext:\n {2}fsGroup: 0/,
  );
});

test("a source we may not read is exit status 3 with owner, mode and remedy", async (t) => {
  const { code, messages } = await inNamespace(t, {
    setup: "printf '{}' > config-in/a.json; chmod 0 config-in/a.json",
    run: `${unprivileged} $MERGE`,
  });
  assert.equal(code, 3);
  assert.match(
    messages.join("\n"),
    /cannot read \/config-in\/a\.json: permission denied \(uid 0 gid 0 mode 0000; we run as uid 0 gid 0\); .*fsGroup.*defaultMode/,
  );
});

test("an owner we may not give files to is exit status 6 and names fsGroup", async (t) => {
  const { code, messages, stdout } = await inNamespace(t, {
    setup: `printf 'config:\\n  /config-out/o: { content: x, owner: "0:0" }\\n  /config-out/p: { content: x, owner: "33:33" }\\n' > tmp/c.yaml`,
    run: `${unprivileged} $MERGE --config /tmp/c.yaml; code=$?; ls -A /config-out; exit $code`,
  });
  assert.equal(code, 6);
  assert.match(
    messages.join("\n"),
    /cannot give \/config-out\/p to 33:33: we run as uid 0, which may not chown; .*\n.*\n {2}fsGroup: 33/,
  );
  assert.equal(stdout, "");
});
