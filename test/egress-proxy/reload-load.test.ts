// Reloads under load: what is allowed never fails, what is denied never passes.
import assert from "node:assert/strict";
import http from "node:http";
import { test } from "node:test";
import { startProxy } from "./support/proxy.ts";
import { startUpstream } from "./support/upstream.ts";

/** Continuous integration may ask for a minute: OUTRIGGER_TEST_RELOADS=60. */
const RELOADS = Number(process.env.OUTRIGGER_TEST_RELOADS ?? 8);

test(`${RELOADS} reloads under load: no allowed request fails, no denied one passes`, async (t) => {
  const upstream = await startUpstream(t);
  const allow = [`localhost:${upstream.port}`];
  const proxy = await startProxy(t, { allow, audit: "off" });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  t.after(() => agent.destroy());
  const ask = (path: string) =>
    new Promise<number>((resolve, reject) => {
      http
        .get({ port: proxy.port, host: "127.0.0.1", path, agent, headers: { Host: "x" } }, (response) => {
          response.resume().on("end", () => resolve(response.statusCode ?? 0));
        })
        .on("error", reject);
    });
  let isOver = false;
  const statuses = { allowed: new Map<number, number>(), denied: new Map<number, number>() };
  const client = async () => {
    while (!isOver) {
      for (const [kind, path] of [
        ["allowed", `http://localhost:${upstream.port}/`],
        ["denied", "http://evil.test/"],
      ] as const) {
        const status = await ask(path);
        statuses[kind].set(status, (statuses[kind].get(status) ?? 0) + 1);
      }
    }
  };
  const clients = [client(), client(), client(), client()];
  for (let index = 0; index < RELOADS; index++) {
    const started = performance.now();
    await proxy.reload({
      allow: [...allow, `padding${index}.test`],
      audit: "off",
      timeouts: { idle: `${60 + index}s` },
    });
    // A reload each second, or as fast as they are taken where there is no minute to spend.
    if (RELOADS > 20) await new Promise((resolve) => setTimeout(resolve, 1000 - (performance.now() - started)));
  }
  isOver = true;
  await Promise.all(clients);
  assert.deepEqual([...statuses.allowed.keys()], [200]);
  assert.deepEqual([...statuses.denied.keys()], [403]);
  assert.ok((statuses.allowed.get(200) ?? 0) > RELOADS);
});
