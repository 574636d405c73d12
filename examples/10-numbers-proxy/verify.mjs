import assert from "node:assert/strict";
import { eventually } from "../../test/harness/eventually.ts";
import { request } from "../../test/harness/http.ts";
import { freePort } from "../../test/harness/ports.ts";
import { verify } from "../stage/verify.ts";

async function play({ stage, service, startApplication, run }, environment = {}) {
  const port = await freePort();
  startApplication("numbers-api", { PORT: String(service("numbers-api")) });
  const running = run("numbers-web", { PORT: String(port), RngApi__Url: "http://localhost/api", ...environment });
  const proxy = `http://127.0.0.1:${stage.port("egress.listen")}`;
  const page = `http://127.0.0.1:${port}/`;
  await eventually(() => request(page));
  const through = (url, options = {}) =>
    request(proxy, { path: url, headers: { host: new URL(url).host }, ...options });
  return { page, through, running, proxy };
}

await verify(
  import.meta.dirname,
  {
    "the page works through the route, and names the local address": async (scene) => {
      const { page } = await play(scene);
      const body = await eventually(async () => {
        const answer = await request(page, { method: "POST" });
        assert.match(answer.body, /Here it is: \d+/);
        return answer.body;
      });
      assert.ok(body.includes("(Using API at: http://localhost/api)"));
    },
    "everything else is 403, with the reason in status line, body and audit": async (scene) => {
      const { through, running } = await play(scene);
      const refused = await through("http://timecheck:8080/");
      assert.equal(refused.status, 403);
      assert.match(refused.phrase, /host_not_allowed timecheck:8080/);
      assert.equal(JSON.parse(refused.body).reason, "host_not_allowed");
      await running.waitFor(/"msg":"egress".*"host":"timecheck"/, { on: "stderr" });
      const audit = running.logs.find((record) => record.msg === "egress" && record.host === "timecheck");
      assert.deepEqual([audit?.verdict, audit?.port, audit?.reason], ["denied", 8080, "host_not_allowed"]);
    },
    "with blockedStatus 200 a refusal is an empty answer": async (scene) => {
      const { through } = await play(scene, { OUTRIGGER_EGRESS__BLOCKED_STATUS: "200" });
      const { status, body } = await through("http://timecheck:8080/");
      assert.deepEqual([status, body], [200, ""]);
    },
    "explain gives the proxy's verdict": async (scene) => {
      const explained = scene.startTool("egress-proxy", ["explain", "http://timecheck:8080"]);
      assert.deepEqual(await explained.exited, { code: 1, signal: null });
      assert.match(explained.stdout, /^denied/);
    },
  },
  { services: ["numbers-api"] },
);
