// The images under what Pod Security `restricted` asks for: read-only root, no capabilities, no new privileges, 64 MiB.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bundleName, flagsOf, images, launcherName } from "../../scripts/images/catalogue.ts";
import { eventually } from "../harness/eventually.ts";
import { get } from "../harness/http.ts";
import { freePort } from "../harness/ports.ts";
import { anyUser, type Container, engineResult, restricted, startContainer, withoutImages } from "./engine.ts";
import { privateMemory } from "./memory.ts";

const skip = withoutImages();
const offline = [...restricted, "--network", "none"];

const argumentsOf: Record<string, string[]> = {
  "log-tailer": ["/logs/app.log"],
  "metrics-exporter": ["/logs/app.log"],
};

/** The tools that serve until they are told to stop, with the URL of their own readiness. */
const servers = images.flatMap(({ name, health, entry }) =>
  health === undefined
    ? []
    : [{ name, health, image: `outrigger/${name}`, args: argumentsOf[name] ?? [], script: entry }],
);

/** Asks from inside, as HEALTHCHECK does. */
async function ready(container: Container, url: string): Promise<void> {
  await eventually(() => {
    const { code, stderr } = engineResult("exec", container.id, "/nodejs/bin/node", "/app/probe.cjs", url);
    assert.equal(code, 0, `${stderr}\n${container.output.stderr}`);
  });
}

describe("every image", { skip }, () => {
  for (const { name, entry } of images) {
    const tool = entry.split("/").at(-1)!.replace(".js", "");

    test(`${name} prints its version without network, capabilities, or a writable file system`, () => {
      const { code, stdout, stderr } = engineResult("run", "--rm", ...offline, `outrigger/${name}`, "--version");
      assert.match(stdout, new RegExp(`^${tool} \\d+\\.\\d+\\.\\d+\n$`), stderr);
      assert.equal(code, 0);
    });

    test(`${name} finds the code that V8 made of it`, () => {
      const bundle = `/app/${bundleName({ entry })}`;
      const script =
        `const { readFileSync } = require("fs"); const cachedData = readFileSync("${bundle}.cache"); ` +
        `console.log(new (require("vm").Script)(readFileSync("${bundle}", "latin1"), { cachedData }).cachedDataRejected)`;
      const node = JSON.stringify(["/nodejs/bin/node", ...flagsOf({ name }), "-e", script]);
      const { stdout, stderr } = engineResult("run", "--rm", ...offline, "--entrypoint", node, `outrigger/${name}`);
      assert.equal(stdout, "false\n", stderr);
    });

    test(`${name} does without it under other flags`, () => {
      const node = JSON.stringify(["/nodejs/bin/node", `/app/${launcherName({ entry })}`]);
      const command = ["--rm", ...offline, "--entrypoint", node, `outrigger/${name}`, "--version"];
      const { code, stderr } = engineResult("run", ...command);
      assert.deepEqual([code, stderr], [0, ""]);
    });
  }
});

// What no start needs is in a file of its own, which the image has to bring as well.
const pages = [
  {
    name: "healthz",
    args: ["--set", 'health.files={"/licences": "/app/LICENSES.txt"}'],
    url: "http://127.0.0.1:8080/licences",
  },
  { name: "metrics-exporter", args: [], url: "http://127.0.0.1:8081/metrics/" },
];

for (const { name, args, url } of pages) {
  test(`${name} answers what express serves`, { skip }, async (t) => {
    await ready(startContainer(t, ...offline, `outrigger/${name}`, ...args), url);
  });
}

describe("every server", { skip }, () => {
  for (const { name, image, args, health, script } of servers) {
    test(`${name} becomes ready, and SIGTERM ends it with 0 at once`, async (t) => {
      const container = startContainer(t, ...offline, image, ...args);
      await ready(container, health);
      const { code, ms } = container.stop();
      assert.equal(code, 0, container.output.stderr);
      // A drain or the patience of the engine would take longer; the engine's own work is in it.
      assert.ok(ms < 5000, `${ms} ms`);
    });

    test(`${name} runs as any user of group 0, as OpenShift starts it`, async (t) => {
      const container = startContainer(t, ...offline, ...anyUser, image, ...args);
      await ready(container, health);
      assert.equal(container.stop().code, 0, container.output.stderr);
    });

    test(`${name} ends at SIGTERM also as PID 1, without the init`, async (t) => {
      const alone = `["/nodejs/bin/node", "/app/${launcherName({ entry: script })}"]`;
      const container = startContainer(t, ...offline, "--entrypoint", alone, image, ...args);
      await ready(container, health);
      assert.equal(container.stop().code, 0, container.output.stderr);
    });

    test(`${name} writes nothing but its log`, async (t) => {
      const container = startContainer(t, ...offline, "--read-only-tmpfs=false", image, ...args);
      await ready(container, health);
      container.stop();
      const changed = container.changes().filter((path) => !/^\/(etc|proc|sys|dev|run)(\/|$)/.test(path));
      assert.deepEqual(changed, []);
      assert.equal(container.output.stdout, "");
    });

    test(`${name} answers 600 requests in 64 MiB and stays below 38 MB of private memory`, async (t) => {
      const { port, pathname } = new URL(health);
      const published = await freePort();
      const publish = ["--publish", `127.0.0.1:${published}:${port}`];
      const container = startContainer(t, ...restricted, ...publish, image, ...args);
      const url = `http://127.0.0.1:${published}${pathname}`;
      await eventually(async () => assert.equal((await get(url)).status, 200));
      await Promise.all(
        Array.from({ length: 8 }, async () => {
          for (let request = 0; request < 75; request++) assert.equal((await get(url)).status, 200);
        }),
      );
      const memory = privateMemory(container.inspect<number>(".State.Pid"));
      t.diagnostic(`${name}: ${(memory / 1e6).toFixed(1)} MB private after 600 requests`);
      assert.ok(memory < 38e6, `${memory} bytes`);
    });
  }
});
