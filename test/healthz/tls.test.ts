import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { type TestContext, test } from "node:test";
import type { TLSSocket } from "node:tls";
import { atEnd } from "../harness/at-end.ts";
import { detailsOf, startHealthz } from "./healthz.ts";

const fixture = (name: string) => path.join(import.meta.dirname, "fixtures", name);
const ca = fixture("ca.pem");

async function startTlsTarget(t: TestContext): Promise<{ port: number; names: (string | false | null)[] }> {
  const names: (string | false | null)[] = [];
  const server = createServer(
    { cert: readFileSync(fixture("server.pem")), key: readFileSync(fixture("server-key.pem")) },
    (request, response) => {
      names.push((request.socket as TLSSocket & { servername: string | false }).servername);
      response.end("fine");
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(t, () => server.close());
  return { port: (server.address() as AddressInfo).port, names };
}

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
  for (const name of ["unknown", "misnamed"]) {
    await healthz.until(`/healthz/${name}`, 503);
    assert.match(String((await detailsOf(healthz, name)).error), /^certificate or TLS error: /);
  }
  assert.deepEqual(new Set(names), new Set(["localhost", "app.example", false]));
});
