import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { loadSection } from "@outrigger/runtime/load";
import { printConfig } from "@outrigger/runtime/print-config";
import { temporaryDirectory } from "../../../test/harness/temporary.ts";
import { egressSection } from "../src/config.ts";

/** Loads the text of a configuration file the way the tool does. */
function load(t: TestContext, text: string) {
  const file = path.join(temporaryDirectory(t), "outrigger.yaml");
  writeFileSync(file, text);
  return loadSection(egressSection, { file, environment: {} });
}

const given = {
  listen: ":1080",
  mode: "report",
  allow: [
    "numbers-api",
    "[2001:db8::1]:443",
    "*.example.com",
    { host: "api.github.com", ports: [443], methods: ["GET"], paths: ["/repos/**"], tunnel: "tls" },
    { host: "db.example.com", resolvesTo: ["10.0.0.0/8"] },
  ],
  routes: {
    "http://localhost/api": "http://numbers-api/rng",
    "tcp://127.0.0.1:6380": "redis:6379",
    "https://0.0.0.0:8443/": {
      upstreams: ["https://a.test"],
      retries: { attempts: 2, on: ["connect", 503], budget: "12.5%" },
      headers: { set: { "X-A": "file:/dev/null" }, remove: ["X-B"] },
      certificate: { cert: "/a.crt", key: "/a.key" },
    },
  },
  timeouts: { idle: "1m" },
  guard: { deny: ["10.0.0.0/8"], allow: ["127.0.0.1/32"] },
};

test("what --print-config prints is the same configuration, defaults included", async (t) => {
  const { config, input } = await load(t, JSON.stringify({ egress: given }));
  const printed = printConfig(egressSection as never, input);
  for (const line of ["    connect: 5s", "    idle: 1m", "  blockedStatus: 403", "      balance: round-robin"]) {
    assert.ok(printed.split("\n").includes(line), `${line} in\n${printed}`);
  }
  const again = await load(t, printed);
  assert.deepEqual(again.config, config);
  assert.equal(printConfig(egressSection as never, again.input), printed);
});

test("a secret of a route is masked, a reference to one is not", async (t) => {
  const set = { "X-Literal": "hunter2", "X-Reference": "file:/dev/null" };
  const routes = { "http://a.test/": { upstreams: ["http://b.test"], headers: { set } } };
  const { input } = await load(t, JSON.stringify({ egress: { routes } }));
  const printed = printConfig(egressSection as never, input);
  assert.match(printed, /X-Literal: "\*\*\*"\n\s+X-Reference: file:\/dev\/null\n/);
});
