// The exercise of the legacy application that becomes a good citizen, in its four versions: examples 05 to 08, with our images
// in place of every hand-rolled container.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { get } from "../harness/http.ts";
import { freePort } from "../harness/ports.ts";
import { repository } from "../harness/tool.ts";
import { engineResult, withoutImages } from "../images/engine.ts";
import { type ContainerSpec, loggedBy, playPod } from "./pod.ts";

const skip = withoutImages();

const settings = `{
    "Application": {
        "Version": "1.1",
        "Environment": "DEV"
    },
    "Timer": {
        "IntervalSeconds": "1"
    }
}
`;
const outrigger = readFileSync(path.join(repository, "examples/08-timecheck-v4/outrigger.yaml"), "utf8").replace(
  "maxAge: 15s",
  "maxAge: 3s, interval: 1s, fall: 1",
);

const app: ContainerSpec = {
  name: "timecheck",
  image: "outrigger-examples/timecheck",
  mounts: { "/config": "config", "/logs": "logs" },
  readOnly: ["/config"],
};
const merge: ContainerSpec = {
  name: "config-merge",
  image: "outrigger/config-merge",
  env: { APP_ENVIRONMENT: "TEST" },
  mounts: { "/config-in": "settings", "/config-out": "config", "/etc/outrigger": "outrigger" },
  readOnly: ["/config-in", "/etc/outrigger"],
};
const tailer: ContainerSpec = {
  name: "log-tailer",
  image: "outrigger/log-tailer",
  mounts: { "/logs": "logs", "/etc/outrigger": "outrigger" },
  readOnly: ["/logs", "/etc/outrigger"],
};
const volumes = {
  config: undefined,
  logs: undefined,
  settings: { "appsettings.json": settings },
  outrigger: { "outrigger.yaml": outrigger },
};

describe("timecheck", { skip }, () => {
  test("v1: alone, it writes to its file only and the container's log is empty", async (t) => {
    const pod = playPod(t, {
      containers: [{ ...app, mounts: { "/logs": "logs" }, readOnly: [] }],
      volumes: { logs: undefined },
    });
    await eventually(() => assert.match(pod.read("logs", "timecheck.log"), /Environment: DEV; version: 1\.0/));
    assert.deepEqual(pod.container("timecheck").output, { code: 0, stdout: "", stderr: "" });
  });

  test("v2: config-merge gives it one file out of a ConfigMap and the environment", async (t) => {
    const pod = playPod(t, { initContainers: [merge], containers: [app], volumes });
    assert.equal(pod.started.code, 0, pod.started.stderr);
    assert.equal(pod.read("config", "appsettings.json"), settings.replace('"DEV"', '"TEST"'));
    await eventually(() => assert.match(pod.read("logs", "timecheck.log"), /Environment: TEST; version: 1\.1/));
    assert.equal(pod.container("config-merge").output.stdout, "");
  });

  test("v2: without the variable the init container ends with 5 and names it", (t) => {
    const pod = playPod(t, { initContainers: [{ ...merge, env: {} }], containers: [app], volumes });
    assert.notEqual(pod.started.code, 0);
    const init = pod.container("config-merge");
    assert.equal(init.inspect<number>(".State.ExitCode"), 5);
    assert.match(init.output.stderr, /APP_ENVIRONMENT/);
    assert.match(init.output.stderr, /Application\.Environment/);
  });

  test("v3: the log-tailer's log is the file, byte for byte", async (t) => {
    const pod = playPod(t, { initContainers: [merge], containers: [app, tailer], volumes });
    await loggedBy(pod.container("log-tailer"), /(.*\n){3}/);
    pod.container("timecheck").stop();
    const log = pod.read("logs", "timecheck.log");
    await eventually(() => assert.equal(pod.container("log-tailer").output.stdout, log));
    assert.equal(pod.container("log-tailer").stop().code, 0);
  });

  test("v4: health and metrics for an application that has neither", async (t) => {
    const [health, metrics] = [await freePort(), await freePort()];
    const sidecar = { mounts: tailer.mounts!, readOnly: tailer.readOnly! };
    const pod = playPod(t, {
      initContainers: [merge],
      containers: [
        app,
        tailer,
        { name: "healthz", image: "outrigger/healthz", ports: { 8080: health }, ...sidecar },
        { name: "metrics-exporter", image: "outrigger/metrics-exporter", ports: { 8081: metrics }, ...sidecar },
      ],
      volumes,
    });
    assert.equal(pod.started.code, 0, pod.started.stderr);
    const application = pod.container("timecheck").id;
    const healthUrl = `http://127.0.0.1:${health}/`;

    await eventually(async () => assert.deepEqual(await summary(healthUrl), [200, '{"status": "OK"}']));
    engineResult("kill", "--signal", "STOP", application);
    await eventually(async () => assert.equal((await get(healthUrl)).status, 503), { ms: 20_000 });
    engineResult("kill", "--signal", "CONT", application);
    await eventually(async () => assert.deepEqual(await summary(healthUrl), [200, '{"status": "OK"}']), { ms: 20_000 });

    engineResult("kill", "--signal", "STOP", application);
    const lines = pod.read("logs", "timecheck.log").trimEnd().split("\n").length;
    await eventually(async () => {
      const { body } = await get(`http://127.0.0.1:${metrics}/`);
      assert.match(body, /^# TYPE timechecks_total counter$/m);
      assert.match(body, new RegExp(`^timechecks_total\\{environment="TEST",version="1\\.1"\\} ${lines}$`, "m"));
    });

    const sidecars = ["log-tailer", "healthz", "metrics-exporter"];
    for (const name of sidecars) {
      assert.equal(pod.userOf(name), 65532, name);
      const write = ["exec", pod.container(name).id, "/nodejs/bin/node", "-e", 'fs.writeFileSync("/app/x","")'];
      assert.match(engineResult(...write).stderr, /EROFS|read-only/, name);
    }
    for (const name of sidecars) assert.equal(pod.container(name).stop().code, 0, name);
  });
});

async function summary(url: string): Promise<[number, string]> {
  const { status, body } = await get(url);
  return [status, body];
}
