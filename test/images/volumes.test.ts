// The tools on volumes, as Compose and Kubernetes mount them.
import assert from "node:assert/strict";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { eventually } from "../harness/eventually.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { anyUser, engineOutput, engineResult, restricted, startContainer, withoutImages } from "./engine.ts";
import { descendants, stateOf } from "./memory.ts";

const skip = withoutImages();
const offline = [...restricted, "--network", "none"];

/** A directory that any user of a container can enter. */
function sharedDirectory(t: { after(hook: () => void): void }): string {
  const directory = temporaryDirectory(t);
  chmodSync(directory, 0o755);
  return directory;
}

function namedVolume(t: { after(hook: () => void): void }): string {
  const name = `outrigger-test-${process.pid}-${Math.random().toString(36).slice(2)}`;
  engineOutput("volume", "create", name);
  atEnd(t, () => engineResult("volume", "rm", "--force", name));
  return name;
}

describe("config-merge", { skip }, () => {
  test("writes as 65532 to a fresh named volume at any of the mount points", (t) => {
    const input = sharedDirectory(t);
    writeFileSync(path.join(input, "settings.json"), '{"a": 1, "b": "x"}\n');
    for (const mount of ["config-out", "config", "data"]) {
      const volumes = ["--volume", `${input}:/config-in:ro`, "--volume", `${namedVolume(t)}:/${mount}`];
      const merge = ["/config-in/settings.json", "a=2", "-o", `/${mount}/settings.json`];
      const { code, stderr } = engineResult("run", "--rm", ...offline, ...volumes, "outrigger/config-merge", ...merge);
      assert.equal(code, 0, stderr);
      const show = `const f="/${mount}/settings.json";console.log(fs.statSync(f).uid,fs.readFileSync(f,"utf8"))`;
      const node = ["--entrypoint", "/nodejs/bin/node", "outrigger/config-merge", "-e", show];
      assert.equal(engineOutput("run", "--rm", ...offline, ...volumes, ...node), '65532 {"a": 2, "b": "x"}');
    }
  });

  test("writes as any user of group 0", (t) => {
    const volume = ["--volume", `${namedVolume(t)}:/config-out`];
    const merge = (name: string) => [name, "a=2", "-o", "/config-out/settings.json"];
    const input = sharedDirectory(t);
    writeFileSync(path.join(input, "settings.json"), '{"a": 1}\n');
    const source = ["--volume", `${input}:/config-in:ro`];
    const run = ["run", "--rm", ...offline, ...anyUser, ...source, ...volume, "outrigger/config-merge"];
    const { code, stderr } = engineResult(...run, ...merge("/config-in/settings.json"));
    assert.equal(code, 0, stderr);
    const show = 'const f="/config-out/settings.json";console.log(fs.statSync(f).uid,fs.readFileSync(f,"utf8"))';
    const node = ["--entrypoint", "/nodejs/bin/node", "outrigger/config-merge", "-e", show];
    assert.equal(engineOutput("run", "--rm", ...offline, ...volume, ...node), '1000650000 {"a": 2}');
  });

  test("leaves the reason of its end where the kubelet looks for it, 4096 bytes at most", (t) => {
    const directory = sharedDirectory(t);
    const [input, log] = [path.join(directory, "settings.json"), path.join(directory, "termination-log")];
    writeFileSync(input, "{}\n");
    writeFileSync(log, "what an earlier run left");
    chmodSync(log, 0o666);
    const mount = ["--volume", `${directory}:/config-in:ro`, "--volume", `${log}:/dev/termination-log`];
    const run = (...merge: string[]) =>
      engineResult("run", "--rm", ...offline, ...mount, "outrigger/config-merge", ...merge).code;
    assert.equal(run("/nowhere.json", "-o", "/tmp/x.json"), 3);
    assert.match(readFileSync(log, "utf8"), /^cannot read \/nowhere\.json: it does not exist/);
    const unset = Array.from({ length: 400 }, (_, index) => `key${index}=env:NOT_SET_${index}`);
    assert.equal(run("/config-in/settings.json", ...unset, "-o", "/tmp/x.json"), 5);
    assert.match(readFileSync(log, "utf8"), /NOT_SET_0/);
    assert.equal(readFileSync(log).length, 4096);
  });

  test("refuses a read-only output with 6, naming the path, the reason and the mount to change", (t) => {
    const input = sharedDirectory(t);
    writeFileSync(path.join(input, "settings.json"), "{}\n");
    const volumes = ["--volume", `${input}:/config-in:ro`, "--volume", `${namedVolume(t)}:/config-out:ro`];
    const { code, stderr } = engineResult("run", "--rm", ...offline, ...volumes, "outrigger/config-merge");
    assert.equal(code, 6, stderr);
    assert.match(stderr, /\/config-out\/settings\.json/);
    assert.match(stderr, /read-only/i);
    assert.match(stderr, /readOnly|mount/);
  });
});

describe("log-tailer", { skip }, () => {
  test("gives 5000 lines with text beyond ASCII byte for byte, also those written just before SIGTERM", async (t) => {
    const logs = sharedDirectory(t);
    const file = path.join(logs, "app.log");
    const lines = Array.from(
      { length: 5000 },
      (_, index) => `${index} grüße, 世界 🚢 ${"x".repeat(index % 80)}\n`,
    ).join("");
    writeFileSync(file, lines);
    const container = startContainer(
      t,
      ...offline,
      "--volume",
      `${logs}:/logs:ro`,
      "outrigger/log-tailer",
      "/logs/app.log",
    );
    await container.waitFor(/^4999 /m, "stdout");
    writeFileSync(file, "the last words\n", { flag: "a" });
    assert.equal(container.stop().code, 0, container.output.stderr);
    await eventually(() => assert.equal(container.output.stdout, readFileSync(file, "utf8")));
  });
});

describe("healthz", { skip }, () => {
  test("leaves no zombie behind when the commands it runs leave orphans", async (t) => {
    const orphan = 'require("child_process").spawn(process.execPath,["-e",""],{detached:true,stdio:"ignore"}).unref()';
    const configuration = path.join(sharedDirectory(t), "outrigger.yaml");
    const checks = { script: { exec: ["/nodejs/bin/node", "-e", orphan], interval: "200ms", timeout: "5s" } };
    writeFileSync(configuration, JSON.stringify({ health: { checks } }));
    const mount = ["--volume", `${configuration}:/etc/outrigger/outrigger.yaml:ro`];
    const container = startContainer(t, ...offline, "--memory", "256m", ...mount, "outrigger/healthz");
    const pid = container.inspect<number>(".State.Pid");
    const runs = () => {
      const ask = 'http.get("http://127.0.0.1:8080/metrics",(r)=>r.pipe(process.stdout))';
      const { stdout } = engineResult("exec", container.id, "/nodejs/bin/node", "-e", ask);
      return Number(/^outrigger_health_\w*runs_total\{[^}]*check="script"[^}]*\} (\d+)/m.exec(stdout)?.[1] ?? 0);
    };
    await eventually(() => assert.ok(runs() >= 20, `${runs()} runs`), { ms: 60_000, every: 500 });
    await eventually(() =>
      assert.deepEqual(
        descendants(pid).filter((one) => stateOf(one) === "Z"),
        [],
      ),
    );
    assert.equal(container.stop().code, 0);
  });
});
