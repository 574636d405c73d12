// docker-compose.yml of the root, with Compose 1.29 and the images that Docker's legacy builder makes of the same Dockerfiles.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { get, request } from "../harness/http.ts";
import { freePort } from "../harness/ports.ts";
import { repository } from "../harness/tool.ts";
import { Docker, withoutDocker } from "./docker.ts";

const built = existsSync(path.join(repository, "dist/base")) && existsSync(path.join(repository, "dist/all"));
const skip = withoutDocker() || (!built && "dist/ is not filled: npm run images");

describe("docker-compose.yml", { skip }, () => {
  let project: string[];
  const published: Record<number, number> = {};
  let docker: Docker;
  const compose = (...args: string[]) => docker.output("docker-compose", ...project, ...args);
  const url = (port: number, rest = "/") => `http://127.0.0.1:${published[port]}${rest}`;
  const container = (service: string) => compose("ps", "-q", service);
  const inspect = (service: string, format: string) =>
    docker.output("docker", "inspect", "-f", format, container(service));

  before(async () => {
    const directory = mkdtempSync(path.join(tmpdir(), "outrigger-docker-"));
    const file = path.join(directory, "docker-compose.yml");
    project = ["--file", file, "--project-directory", repository, "--project-name", "outrigger-test"];
    let text = readFileSync(path.join(repository, "docker-compose.yml"), "utf8");
    for (const port of [8080, 8081, 8000]) {
      published[port] = await freePort();
      text = text.replace(`"${port}:${port}"`, `"127.0.0.1:${published[port]}:${port}"`);
    }
    writeFileSync(file, text);
    docker = await Docker.start(directory);
    docker.output(
      "docker",
      "build",
      "-q",
      "-t",
      "outrigger/base",
      "-f",
      path.join(repository, "images/base/Dockerfile"),
      repository,
    );
    compose("up", "--detach", "--build");
  });
  after(async () => {
    docker.run("docker-compose", ...project, "down", "--volumes", "--timeout", "5");
    await docker.stop();
  });

  test("config-merge ends with 0 before the application starts", () => {
    assert.equal(inspect("config-merge", "{{.State.ExitCode}}"), "0");
    const ended = Date.parse(inspect("config-merge", "{{.State.FinishedAt}}"));
    assert.ok(ended <= Date.parse(inspect("timecheck", "{{.State.StartedAt}}")));
  });

  test("health is OK, and FAIL while the application is stopped", async () => {
    const status = async () => (await get(url(8080))).status;
    await eventually(async () => assert.equal((await get(url(8080))).body, '{"status": "OK"}'), {
      ms: 30_000,
    });
    docker.output("docker", "kill", "--signal", "STOP", container("timecheck"));
    await eventually(async () => assert.equal(await status(), 503), { ms: 60_000, every: 200 });
    docker.output("docker", "kill", "--signal", "CONT", container("timecheck"));
    await eventually(async () => assert.equal(await status(), 200), { ms: 60_000, every: 200 });
  });

  test("the log-tailer's log is the application's file", async () => {
    await eventually(() => {
      const log = docker.run("docker", "logs", container("log-tailer")).stdout;
      assert.match(log, /^\d{4}-\d\d-\d\d .* \[INF\] Environment: TEST; version: /m);
    });
    assert.equal(docker.run("docker", "logs", container("timecheck")).stdout, "");
  });

  test("the metrics rise", async () => {
    const count = async () => {
      const { body } = await get(url(8081, "/metrics"));
      return Number(/^timechecks_total\{.*\} (\d+)$/m.exec(body)?.[1]);
    };
    const before = await eventually(async () => {
      const now = await count();
      assert.ok(now > 0);
      return now;
    });
    await eventually(async () => assert.ok((await count()) > before), { ms: 30_000, every: 200 });
  });

  test("the page gets its number through the proxy", async () => {
    await eventually(async () => {
      assert.match((await request(url(8000), { method: "POST" })).body, /Here it is: \d+/);
    });
  });

  test("HEALTHCHECK finds the sidecars healthy", async () => {
    for (const service of ["log-tailer", "healthz", "metrics-exporter", "egress-proxy"]) {
      await eventually(() => assert.equal(inspect(service, "{{.State.Health.Status}}"), "healthy"), {
        ms: 60_000,
        every: 500,
      });
    }
  });

  test("after a restart of the application health and metrics answer again", async () => {
    docker.output("docker", "restart", "--time", "2", container("timecheck"));
    await eventually(async () => assert.equal((await get(url(8080))).status, 200), { ms: 30_000 });
    assert.equal((await get(url(8081, "/metrics"))).status, 200);
  });

  test("the sidecars end with 0", () => {
    for (const service of ["log-tailer", "healthz", "metrics-exporter", "egress-proxy"]) {
      compose("stop", service);
      assert.equal(inspect(service, "{{.State.ExitCode}}"), "0", service);
    }
  });
});
