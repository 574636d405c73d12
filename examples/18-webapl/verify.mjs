import assert from "node:assert/strict";
import { eventually } from "../../test/harness/eventually.ts";
import { get } from "../../test/harness/http.ts";
import { verify } from "../stage/verify.ts";

const application = "localhost:3000";

/** The example's check, asked ten times a second instead of every five seconds. */
function startHealthz({ stage, startTool }) {
  startTool("healthz", [], {
    OUTRIGGER_HEALTH__CHECKS__web__INTERVAL: "100ms",
    OUTRIGGER_HEALTH__CHECKS__web__TIMEOUT: "300ms",
  });
  const health = `http://127.0.0.1:${stage.port("health.port")}`;
  return (path, status) => eventually(async () => assert.equal((await get(`${health}${path}`)).status, status));
}

await verify(
  import.meta.dirname,
  {
    "not ready before the application is up, alive meanwhile, ready after": async (scene) => {
      const answers = startHealthz(scene);
      await answers("/readyz", 503);
      await answers("/livez", 200);
      scene.startApplication("webapl-bare", { PORT: String(scene.service(application)) });
      await answers("/readyz", 200);
    },
    "an application that hangs with its port open is not alive any more": async (scene) => {
      const answers = startHealthz(scene);
      scene.startApplication("webapl-bare", { PORT: String(scene.service(application)), HANG_AFTER: "2" });
      await answers("/livez", 200);
      await answers("/readyz", 200);
      await answers("/livez", 503);
    },
    "the original keeps its own endpoints": async (scene) => {
      const port = scene.service(application);
      scene.startApplication("webapl", { PORT: String(port), READY_AFTER: "1", HEALTHY_FOR: "2" });
      const answers = (path, status) =>
        eventually(async () => assert.equal((await get(`http://127.0.0.1:${port}${path}`)).status, status));
      await answers("/ready", 500);
      await answers("/healthz", 200);
      await answers("/ready", 200);
      await answers("/healthz", 500);
    },
  },
  { services: [application] },
);
