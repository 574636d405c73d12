/** Sources behind TLS: whom the exporter trusts, who it says it is, and when a probed certificate ends. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import type { TLSSocket } from "node:tls";
import { atEnd } from "../harness/at-end.ts";
import { eventually } from "../harness/eventually.ts";
import { ca, fixture } from "../healthz/tls-target.ts";
import { sampleValue, startExporter } from "./exporter.ts";

const cert = fixture("server.pem");
const key = fixture("server-key.pem");

test("a source's certificate is verified as its settings say, and every probe tells when it ends", async (t) => {
  let probed = 0;
  const server = createServer(
    { cert: readFileSync(cert), key: readFileSync(key), requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const socket = request.socket as TLSSocket & { servername: string | false };
      const client = socket.getPeerCertificate()?.subject?.CN ?? "nobody";
      if (request.url === "/probed") probed++;
      if (request.url === "/stats") response.end(JSON.stringify({ users: 7 }));
      else response.end(`seen{client="${client}",name="${socket.servername}"} 1\n`);
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(t, () => {
    server.closeAllConnections();
    server.close();
  });
  const url = `https://localhost:${(server.address() as AddressInfo).port}`;
  const of = (name: string, tls?: object) => ({ url, name, labels: { via: name }, ...(tls && { tls }) });
  const exporter = await startExporter(t, {
    config: JSON.stringify({
      metrics: {
        scrape: [
          of("unknown"),
          of("trusted", { ca }),
          of("insecure", { insecure: true }),
          of("named", { ca, serverName: "app.example" }),
          of("misnamed", { ca, serverName: "other.example" }),
          of("introduced", { ca, cert, key }),
          of("no_file", { ca: "/nowhere/ca.pem" }),
        ],
        json: [{ url: `${url}/stats`, name: "stats", tls: { ca }, metrics: { users: "$.users" } }],
        probes: { good: { url: `${url}/probed`, tls: { ca }, interval: "50ms" }, bad: url },
      },
    }),
  });
  // A later connection takes up the TLS session of an earlier one, unless it is told not to.
  await eventually(() => assert.ok(probed > 3), { ms: 30_000 });
  await exporter.until('probe_success{probe="good"}', 1);
  const text = await exporter.until('probe_success{probe="bad"}', 0);
  const up = (kind: string, name: string) => `outrigger_metrics_source_up{kind="${kind}",source="${name}"}`;
  for (const name of ["unknown", "misnamed", "no_file"]) assert.equal(sampleValue(text, up("scrape", name)), 0, text);
  const seen: [client: string, name: string, via: string][] = [
    ["nobody", "localhost", "trusted"],
    ["nobody", "localhost", "insecure"],
    ["nobody", "app.example", "named"],
    ["localhost", "localhost", "introduced"],
  ];
  for (const [client, name, via] of seen)
    assert.equal(sampleValue(text, `seen{client="${client}",name="${name}",via="${via}"}`), 1, text);
  assert.equal(sampleValue(text, "users"), 7);
  const ends = Date.parse(new X509Certificate(readFileSync(cert)).validTo) / 1000;
  assert.equal(sampleValue(text, 'probe_ssl_earliest_cert_expiry{probe="good"}'), ends);
});
