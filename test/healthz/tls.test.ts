import assert from "node:assert/strict";
import { test } from "node:test";
import { failureOf, startHealthz } from "./healthz.ts";
import { ca, startTlsTarget } from "./tls-target.ts";

test("a certificate is verified unless it is said not to be", async (t) => {
  const { port, names } = await startTlsTarget(t);
  const url = `https://localhost:${port}/`;
  const of = (tls: object, at = url) => ({ http: { url: at, tls }, interval: "100ms", timeout: "10s", fall: 1 });
  const healthz = await startHealthz(t, {
    checks: {
      unknown: of({}),
      insecure: of({ insecure: true }),
      trusted: of({ ca }),
      named: of({ ca, serverName: "app.example" }),
      misnamed: of({ ca, serverName: "other.example" }),
      address: of({ ca }, `https://127.0.0.1:${port}/`),
    },
  });
  for (const name of ["insecure", "trusted", "named", "address"]) await healthz.until(`/healthz/${name}`, 200);
  for (const name of ["unknown", "misnamed"])
    assert.match(await failureOf(healthz, name), /^certificate or TLS error: /);
  assert.deepEqual(new Set(names), new Set(["localhost", "app.example", false]));
});
