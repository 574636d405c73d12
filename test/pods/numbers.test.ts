// The numbers exercise, examples 09 and 10: a web page, its API in another pod, and a proxy between them.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { get, request } from "../harness/http.ts";
import { freePort } from "../harness/ports.ts";
import { engineResult, withoutImages } from "../images/engine.ts";
import { type Pod, playPod } from "./pod.ts";

type Test = { after(hook: () => void): void };

const RNG = "/sixeyed/kiamol/master/ch03/numbers/rng";

const api = (t: Test): Pod =>
  playPod(t, {
    containers: [{ name: "api", image: "outrigger-examples/numbers-api", env: { PORT: "8080" } }],
    volumes: {},
  });

const timecheck = (t: Test): Pod =>
  playPod(t, {
    containers: [
      { name: "timecheck", image: "outrigger-examples/timecheck", mounts: { "/logs": "logs" } },
      { name: "healthz", image: "outrigger/healthz" },
    ],
    volumes: { logs: undefined },
  });

/** What a program in a container gets for a URL, by its proxy when it has one: status and body. */
function fetchedIn(pod: Pod, container: string, url: string): [number, string] {
  const script = `
    const { http_proxy: proxy } = process.env;
    const url = new URL(${JSON.stringify(url)});
    const target = proxy ? { host: new URL(proxy).hostname, port: new URL(proxy).port, path: url.href, headers: { host: url.host } } : url;
    http.get(target, (r) => r.toArray().then((c) => console.log(JSON.stringify([r.statusCode, Buffer.concat(c).toString()]))));`;
  const { code, stdout, stderr } = engineResult("exec", pod.container(container).id, "/nodejs/bin/node", "-e", script);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

describe("numbers", { skip: withoutImages() }, () => {
  test("unrestricted, the page works and its container reaches timecheck as well", async (t) => {
    const port = await freePort();
    const hosts = { "numbers-api": api(t).address, timecheck: timecheck(t).address };
    const env = { PORT: "8090", RngApi__Url: `http://numbers-api:8080${RNG}` };
    const web = playPod(t, {
      containers: [{ name: "web", image: "outrigger-examples/numbers-web", env, ports: { 8090: port } }],
      volumes: {},
      hosts,
    });
    await eventually(async () => {
      assert.match((await request(`http://127.0.0.1:${port}/`, { method: "POST" })).body, /Here it is: \d+/);
    });
    await eventually(() =>
      assert.deepEqual(fetchedIn(web, "web", "http://timecheck:8080/"), [200, '{"status": "OK"}']),
    );
  });

  test("with the proxy the page works, and everything else is refused with a reason", async (t) => {
    const [port, admin] = [await freePort(), await freePort()];
    const numbers = api(t);
    const hosts = { "numbers-api": numbers.address, timecheck: timecheck(t).address };
    const env = { PORT: "8090", RngApi__Url: "http://localhost/api", http_proxy: "http://127.0.0.1:1080" };
    const egress = `egress:\n  routes:\n    http://localhost/api: http://numbers-api:8080${RNG}\n`;
    const web = playPod(t, {
      containers: [
        { name: "web", image: "outrigger-examples/numbers-web", env, ports: { 8090: port } },
        {
          name: "egress-proxy",
          image: "outrigger/egress-proxy",
          mounts: { "/etc/outrigger": "outrigger" },
          ports: { 9904: admin },
        },
      ],
      volumes: { outrigger: { "outrigger.yaml": egress } },
      hosts,
    });

    await eventually(async () => {
      const { body } = await request(`http://127.0.0.1:${port}/`, { method: "POST" });
      assert.match(body, /Here it is: \d+/);
      assert.ok(body.includes("(Using API at: http://localhost/api)"));
    });
    const [status, body] = fetchedIn(web, "web", "http://timecheck:8080/");
    assert.equal(status, 403);
    const denial = JSON.parse(body);
    assert.deepEqual([denial.error, denial.host, denial.port], ["egress denied", "timecheck", 8080]);
    await web
      .container("egress-proxy")
      .waitFor(/"verdict":"denied".*"host":"timecheck"|"host":"timecheck".*"verdict":"denied"/);

    const metrics = (await get(`http://127.0.0.1:${admin}/metrics`)).body;
    assert.match(metrics, /^outrigger_egress_\w+\{[^}]*denied[^}]*\} [1-9]/m);
    // From another pod the proxy cannot be reached: it listens on loopback only.
    const knock = `require("net").connect(1080,"${web.address}").on("connect",()=>process.exit(0)).on("error",()=>process.exit(7))`;
    assert.equal(engineResult("exec", numbers.container("api").id, "/nodejs/bin/node", "-e", knock).code, 7);
    assert.equal(web.container("egress-proxy").stop().code, 0);
  });
});
