// Listeners of one configuration that could never be open together.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError, loadSection } from "@outrigger/runtime/load";
import { egressSection } from "../src/config.ts";

async function problemsOf(egress: object): Promise<string[]> {
  const assignments = Object.entries(egress).map(([key, value]) => ({ path: ["egress", key], value, origin: key }));
  try {
    await loadSection(egressSection, { environment: { OUTRIGGER_CONFIG: "/dev/null" }, assignments });
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.problems.map(({ path, message }) => `${path.join(" ")}: ${message}`);
  }
}

for (const [name, egress, problem] of [
  [
    "the admin port and the proxy's",
    { listen: "127.0.0.1:9904" },
    "egress admin port: needs port 9904 of egress.listen",
  ],
  [
    "both on all addresses",
    { listen: ":1080", admin: { port: 1080 } },
    "egress admin port: needs port 1080 of egress.listen",
  ],
  [
    "a route and the proxy's port",
    { routes: { "http://localhost:1080/": "http://b" } },
    "egress routes http://localhost:1080/: needs port 1080 of egress.listen",
  ],
  [
    "a route on all addresses and the proxy's port",
    { routes: { "tcp://0.0.0.0:1080": "b:1" } },
    "egress routes tcp://0.0.0.0:1080: needs port 1080 of egress.listen",
  ],
  [
    "a route and the proxy's port, which is that of one address of localhost",
    { listen: "localhost:1080", routes: { "tcp://localhost:1080": "b:1" } },
    "egress routes tcp://localhost:1080: needs port 1080 of egress.listen",
  ],
  [
    "a route and the admin port",
    { routes: { "http://[::1]:9904/": "http://b" } },
    "egress routes http://[::1]:9904/: needs port 9904 of egress.admin.port",
  ],
] as const) {
  test(`${name} are a mistake, at the second of them`, async () => {
    assert.deepEqual(await problemsOf(egress), [`${problem} for another listener: use another port`]);
  });
}

for (const [name, egress] of [
  ["no admin port", { listen: ":9904", admin: { port: 0 } }],
  ["any free port", { listen: "127.0.0.1:0", admin: { port: 0 } }],
  ["another address", { routes: { "tcp://127.0.0.2:1080": "b:1", "http://[::1]:1080/": "http://b" } }],
  ["what localhost may not be", { listen: "localhost:1080", routes: { "tcp://127.0.0.1:1080": "b:1" } }],
  ["a route without a listener", { routes: { "http://a.test:1080/": "http://b", "http://localhost/": "http://b" } }],
] as const) {
  test(`no mistake: ${name}`, async () => assert.deepEqual(await problemsOf(egress), []));
}
