// TLS on the own listeners of routes, with certificates of the test's own (openssl).
import assert from "node:assert/strict";
import { copyFileSync, writeFileSync } from "node:fs";
import https from "node:https";
import path from "node:path";
import { before, test } from "node:test";
import tls from "node:tls";
import { Certificates } from "../../egress-proxy/support/certificates.ts";
import { startProxy } from "../../egress-proxy/support/proxy.ts";
import { RawClient } from "../../egress-proxy/support/raw.ts";
import { fileScope } from "../../egress-proxy/support/scope.ts";
import { startHttpUpstream, startUpstream } from "../../egress-proxy/support/upstream.ts";
import { atEnd } from "../../harness/at-end.ts";
import { eventually } from "../../harness/eventually.ts";
import { freePort } from "../../harness/ports.ts";
import { temporaryDirectory } from "../../harness/temporary.ts";
import { runTool } from "../../harness/tool.ts";

const scope = fileScope();
let certificates: Certificates;
const at = (name: string) => certificates.at(name);

before(() => {
  certificates = new Certificates(scope);
  certificates.authority("ca");
  for (const name of ["api.test", "renewed.test", "client.test"]) certificates.certificate(name, "ca");
});

function connectTls(
  port: number,
  options: tls.ConnectionOptions = {},
): Promise<{ name: string; protocol: string | null; text: string }> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ port, host: "127.0.0.1", rejectUnauthorized: false, ...options }, () => {
      const name = String(socket.getPeerCertificate().subject.CN);
      const protocol = socket.getProtocol();
      let text = "";
      socket.on("data", (chunk) => {
        text += chunk;
      });
      socket.on("end", () => resolve({ name, protocol, text }));
      socket.write("GET /x HTTP/1.1\r\nHost: public.test\r\nConnection: close\r\n\r\n");
    });
    socket.on("error", reject);
  });
}

test("an https route ends TLS in front of a plain server, and takes a new certificate for new connections only", async (t) => {
  const application = await startHttpUpstream(t, (incoming, response) => {
    response.end(`${incoming.url} ${incoming.headers.host} ${incoming.headers["x-forwarded-proto"]}`);
  });
  const [cert, key] = [at("served.crt"), at("served.key")];
  const serve = (name: string) => {
    copyFileSync(at(`${name}.key`), key);
    copyFileSync(at(`${name}.crt`), cert);
  };
  serve("api.test");
  const port = await freePort();
  const upstreams = [`http://localhost:${application.port}`];
  const proxy = await startProxy(t, {
    routes: { [`https://0.0.0.0:${port}/`]: { upstreams, certificate: { cert, key } } },
  });

  const first = await connectTls(port);
  assert.equal(first.name, "api.test");
  assert.match(first.text, /\/x public\.test https$/);
  assert.equal((await connectTls(port, { maxVersion: "TLSv1.2" })).protocol, "TLSv1.2");
  await assert.rejects(connectTls(port, { maxVersion: "TLSv1.1", minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" }));

  const kept = new https.Agent({ keepAlive: true, rejectUnauthorized: false, maxSockets: 1 });
  atEnd(t, () => kept.destroy());
  const keptName = () =>
    new Promise<string>((resolve, reject) => {
      https
        .get(`https://127.0.0.1:${port}/`, { agent: kept }, (response) => {
          const { subject } = (response.socket as tls.TLSSocket).getPeerCertificate();
          response.resume().on("end", () => resolve(String(subject.CN)));
        })
        .on("error", reject);
    });
  assert.equal(await keptName(), "api.test");

  serve("renewed.test");
  await eventually(async () => assert.equal((await connectTls(port)).name, "renewed.test"));
  assert.equal(await keptName(), "api.test");

  copyFileSync(at("client.test.key"), key); // a pair that does not match
  await proxy.tool.waitFor("kept the old certificate", { on: "stderr" });
  assert.equal((await connectTls(port)).name, "renewed.test");
});

test("a listener whose replacement failed still takes new certificates", async (t) => {
  const directory = temporaryDirectory(t);
  const files = (name: string) => ({
    cert: path.join(directory, `${name}.crt`),
    key: path.join(directory, `${name}.key`),
  });
  const serve = (name: string, to: { cert: string; key: string }) => {
    copyFileSync(at(`${name}.key`), to.key);
    copyFileSync(at(`${name}.crt`), to.cert);
  };
  const [first, second] = [files("first"), files("second")];
  for (const pair of [first, second]) serve("api.test", pair);
  const [port, taken] = [await freePort("127.0.0.1"), (await startUpstream(t)).port];
  const upstreams = ["http://localhost:1"];
  const from = `https://127.0.0.1:${port}/`;
  const proxy = await startProxy(t, { routes: { [from]: { upstreams, certificate: first } } });
  await proxy.reload({
    routes: { [from]: { upstreams, certificate: second }, [`http://127.0.0.1:${taken}/`]: "http://localhost:1" },
  });
  await proxy.tool.waitFor("cannot listen on", { on: "stderr" });
  assert.equal((await connectTls(port)).name, "api.test");
  serve("renewed.test", first);
  await eventually(async () => assert.equal((await connectTls(port)).name, "renewed.test"), { ms: 15_000 });
});

for (const file of ["cert", "key"] as const) {
  test(`an empty ${file} file, as a writer leaves it for a moment, is none: the old pair stays`, async (t) => {
    const directory = temporaryDirectory(t);
    const certificate = { cert: path.join(directory, "tls.crt"), key: path.join(directory, "tls.key") };
    copyFileSync(at("api.test.crt"), certificate.cert);
    copyFileSync(at("api.test.key"), certificate.key);
    const port = await freePort("127.0.0.1");
    const routes = { [`https://127.0.0.1:${port}/`]: { upstreams: ["http://localhost:1"], certificate } };
    const proxy = await startProxy(t, { routes });
    writeFileSync(certificate[file], "");
    await proxy.tool.waitFor("kept the old certificate", { on: "stderr", ms: 15_000 });
    assert.equal((await connectTls(port)).name, "api.test");
    const args = ["--set", `egress.routes=${JSON.stringify(routes)}`, "--set", "egress.admin.port=0"];
    const { code, stderr } = await runTool("egress-proxy", [...args, "--listen", "127.0.0.1:0"]);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /cannot use the certificate .* a file is empty/);
  });
}

test("a handshake that does not come ends by the time-out in force when its connection began", async (t) => {
  const port = await freePort("127.0.0.1");
  const certificate = { cert: at("api.test.crt"), key: at("api.test.key") };
  const routes = { [`https://127.0.0.1:${port}/`]: { upstreams: ["http://localhost:1"], certificate } };
  const proxy = await startProxy(t, { routes, timeouts: { headers: "10m" } });
  const patient = new RawClient(port);
  atEnd(t, () => patient.socket.destroy());
  await eventually(async () => assert.match(await proxy.metrics(), /connections\{side="client"\} 1/), { ms: 15_000 });
  await proxy.reload({ routes, timeouts: { headers: "100ms" } });
  const hasty = new RawClient(port);
  atEnd(t, () => hasty.socket.destroy());
  await eventually(() => assert.equal(hasty.socket.destroyed, true), { ms: 15_000 });
  assert.equal(patient.socket.destroyed, false);
  await proxy.reload({ routes, timeouts: { headers: "10m" } });
  assert.equal((await connectTls(port)).name, "api.test");
});
