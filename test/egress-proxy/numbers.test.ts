// The numbers example as it runs in a pod: an application that takes its proxy from http_proxy, and the API it asks.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { eventually } from "../harness/eventually.ts";
import { request } from "../harness/http.ts";
import { freePort } from "../harness/ports.ts";
import { repository, runTool } from "../harness/tool.ts";
import { startDns } from "./support/dns.ts";
import { startProxy } from "./support/proxy.ts";
import { exchange, reasonOf, statusOf } from "./support/raw.ts";

/** Starts one of the examples' applications and waits until it answers; returns its port. */
async function startApplication(t: TestContext, name: string, env: Record<string, string> = {}): Promise<number> {
  const port = await freePort();
  const program = path.join(repository, "examples/apps", name, `${name}.mjs`);
  const child = spawn(process.execPath, [program], {
    env: { ...env, HOST: "127.0.0.1", PORT: String(port) },
    stdio: "ignore",
  });
  atEnd(t, () => child.kill("SIGKILL"));
  await eventually(() => request(`http://127.0.0.1:${port}/`));
  return port;
}

test("what learn saw of the numbers application is what suggest prints and all that enforce then allows", async (t) => {
  const api = await startApplication(t, "numbers-api");
  const dns = await startDns(t, {
    "numbers-api": { addresses: ["127.0.0.1"] },
    timecheck: { addresses: ["127.0.0.1"] },
  });
  const common = { dns: { servers: [dns.address] }, guard: { allow: ["127.0.0.1/32"] } };
  const proxy = await startProxy(t, { mode: "learn", ...common });
  const web = await startApplication(t, "numbers-web", {
    http_proxy: `http://127.0.0.1:${proxy.port}`,
    RngApi__Url: `http://numbers-api:${api}/sixeyed/kiamol/master/ch03/numbers/rng`,
  });
  const go = async () => (await request(`http://127.0.0.1:${web}/`, { method: "POST" })).body;
  assert.match(await go(), /<p>Here it is: \d+<\/p>/);

  const { stdout, code } = await runTool("egress-proxy", ["suggest", "--config", proxy.file]);
  assert.equal(code, 0);
  assert.equal(stdout, `egress:\n  allow:\n    - "numbers-api:${api}"\n`);

  await proxy.reload({ ...common });
  assert.match(await go(), /RNG service unavailable!/, "without a list nothing passes");
  const own = { listen: `127.0.0.1:${proxy.port}`, admin: { port: proxy.adminPort }, ...common };
  const pasted = Object.entries(own).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}\n`);
  await proxy.reload(stdout + pasted.join(""));
  assert.match(await go(), /<p>Here it is: \d+<\/p>/);
  for (const [target, reason] of [
    [`http://timecheck:${api}/`, "host_not_allowed"],
    ["http://numbers-api/", "port_not_allowed"],
    [`http://x.numbers-api:${api}/`, "host_not_allowed"],
    [`http://127.0.0.1:${api}/`, "host_not_allowed"],
  ] as const) {
    const text = await exchange(proxy.port, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    assert.deepEqual([statusOf(text), reasonOf(text)], [403, reason], target);
  }
});
