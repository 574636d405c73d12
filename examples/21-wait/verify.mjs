import assert from "node:assert/strict";
import { verify } from "../stage/verify.ts";

const [api, web] = ["numbers-api", "numbers-web"];

/** The init container's command, with the two services on local ports. */
function wait({ service, startTool }, timeout) {
  const targets = [`http://127.0.0.1:${service(api)}/healthz`, `tcp://127.0.0.1:${service(web)}`];
  return startTool("healthz", ["wait", ...targets, "--timeout", timeout, "--interval", "100ms"]);
}

await verify(
  import.meta.dirname,
  {
    "it ends with 0 once both services are there, and says what it still waits for": async (scene) => {
      const waiting = wait(scene, "1m");
      await waiting.waitFor(String(scene.service(web)), { on: "stderr" });
      scene.startApplication("numbers-api", { PORT: String(scene.service(api)) });
      assert.ok(waiting.running);
      scene.startApplication("numbers-web", { PORT: String(scene.service(web)) });
      assert.deepEqual(await waiting.exited, { code: 0, signal: null });
    },
    "after the timeout it ends with 124, naming the one that is missing": async (scene) => {
      scene.startApplication("numbers-api", { PORT: String(scene.service(api)) });
      const waiting = wait(scene, "2s");
      assert.deepEqual(await waiting.exited, { code: 124, signal: null });
      const last = waiting.stderr.trimEnd().split("\n").at(-1);
      assert.ok(last?.includes(`127.0.0.1:${scene.service(web)}`), last);
    },
  },
  { services: [api, web] },
);
