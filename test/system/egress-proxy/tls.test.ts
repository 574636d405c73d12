// TLS on both sides of a route, with a certificate authority of the test's own (openssl).
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import path from "node:path";
import { before, type TestContext, test } from "node:test";
import tls from "node:tls";
import { startProxy } from "../../egress-proxy/support/proxy.ts";
import { exchange, RawClient, statusOf } from "../../egress-proxy/support/raw.ts";
import { fileScope } from "../../egress-proxy/support/scope.ts";
import { startHttpUpstream } from "../../egress-proxy/support/upstream.ts";
import { atEnd } from "../../harness/at-end.ts";
import { eventually } from "../../harness/eventually.ts";
import { freePort } from "../../harness/ports.ts";
import { temporaryDirectory } from "../../harness/temporary.ts";
import { runTool } from "../../harness/tool.ts";

const scope = fileScope();
let directory = "";
const at = (name: string) => path.join(directory, name);

before(() => {
  directory = temporaryDirectory(scope);
  authority("ca");
  authority("other-ca");
  for (const name of ["localhost", "api.test", "renewed.test", "client.test"]) certificate(name, "ca");
});

function openssl(...args: string[]): void {
  execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
}

function authority(name: string): void {
  const subject = ["-subj", `/CN=${name}`, "-days", "2", "-addext", "basicConstraints=critical,CA:TRUE"];
  openssl(
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-keyout",
    at(`${name}.key`),
    "-out",
    at(`${name}.crt`),
    ...subject,
  );
}

function certificate(name: string, by: string): void {
  const files = ["-keyout", at(`${name}.key`), "-out", at(`${name}.crt`)];
  const signer = ["-CA", at(`${by}.crt`), "-CAkey", at(`${by}.key`), "-days", "2"];
  openssl(
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    ...files,
    ...signer,
    "-subj",
    `/CN=${name}`,
    "-addext",
    `subjectAltName=DNS:${name}`,
  );
}

async function startHttps(
  t: Pick<TestContext, "after">,
  name: string,
  options: https.ServerOptions = {},
): Promise<number> {
  const pair = { cert: readFileSync(at(`${name}.crt`)), key: readFileSync(at(`${name}.key`)) };
  const answer: http.RequestListener = (incoming, response) => {
    const socket = incoming.socket as tls.TLSSocket;
    const subject = socket.getPeerCertificate()?.subject?.CN ?? "nobody";
    response.end(`${subject} ${socket.servername} ${socket.isSessionReused()} ${incoming.headers.host}`);
  };
  return (await startHttpUpstream(t, answer, { ...pair, ...options })).port;
}

const ask = (target: string) => `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;

test("an https upstream is verified by the given authority, by name, and gets SNI and Host", async (t) => {
  const [good, wrong] = [await startHttps(t, "localhost"), await startHttps(t, "api.test")];
  const ca = at("ca.crt");
  const proxy = await startProxy(t, {
    routes: {
      "http://good.test/": { upstreams: [`https://localhost:${good}`], tls: { ca } },
      "http://wrong-name.test/": { upstreams: [`https://localhost:${wrong}`], tls: { ca } },
      "http://named.test/": { upstreams: [`https://localhost:${wrong}`], tls: { ca, serverName: "api.test" } },
      "http://wrong-ca.test/": { upstreams: [`https://localhost:${good}`], tls: { ca: at("other-ca.crt") } },
      "http://system-roots.test/": `https://localhost:${good}`,
      "http://literal.test/": { upstreams: [`https://127.0.0.1:${good}`], tls: { ca } },
    },
  });
  assert.match(
    await exchange(proxy.port, ask("http://good.test/")),
    new RegExp(`nobody localhost false localhost:${good}$`),
  );
  assert.match(await exchange(proxy.port, ask("http://named.test/")), /nobody api\.test /);
  for (const name of ["wrong-name", "wrong-ca", "system-roots", "literal"]) {
    const text = await exchange(proxy.port, ask(`http://${name}.test/`));
    assert.equal(statusOf(text), 502, name);
    assert.match(text, /error=tls_certificate_error/, name);
  }
});

test("a plain server behind an https upstream is tls_protocol_error; a client certificate is shown when configured", async (t) => {
  const plain = await startHttpUpstream(t, (_request, response) => response.end());
  const strict = await startHttps(t, "localhost", {
    ca: readFileSync(at("ca.crt")),
    requestCert: true,
    rejectUnauthorized: true,
  });
  const identity = { cert: at("client.test.crt"), key: at("client.test.key") };
  const proxy = await startProxy(t, {
    routes: {
      "http://plain.test/": `https://localhost:${plain.port}`,
      "http://mutual.test/": { upstreams: [`https://localhost:${strict}`], tls: { ca: at("ca.crt"), ...identity } },
      "http://anonymous.test/": { upstreams: [`https://localhost:${strict}`], tls: { ca: at("ca.crt") } },
    },
  });
  assert.match(await exchange(proxy.port, ask("http://plain.test/")), /^HTTP\/1\.1 502 .*error=tls_protocol_error/s);
  assert.match(await exchange(proxy.port, ask("http://mutual.test/")), /client\.test localhost/);
  assert.equal(statusOf(await exchange(proxy.port, ask("http://anonymous.test/"))), 502);
});

/** The common name that a new connection is shown, and the answer to a request on it. */
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

test("connections and sessions of another TLS identity are not used: after a reload the new certificate is shown, the new CA asked", async (t) => {
  const port = await startHttps(t, "localhost", { requestCert: true, rejectUnauthorized: false });
  const routes = (settings: object) => ({
    routes: { "http://api.test/": { upstreams: [`https://localhost:${port}`], tls: settings } },
  });
  const ca = at("ca.crt");
  const client = { ca, cert: at("client.test.crt"), key: at("client.test.key") };
  const proxy = await startProxy(t, routes({ ca }));
  const answer = () => exchange(proxy.port, ask("http://api.test/"));
  assert.match(await answer(), /nobody localhost false /);
  await proxy.reload(routes(client));
  assert.match(await answer(), /client\.test localhost false /);
  await proxy.reload(routes({ ...client, ca: at("other-ca.crt") }));
  assert.match(await answer(), /^HTTP\/1\.1 502 .*tls_certificate_error/s);
  await proxy.reload(routes({ ca }));
  assert.match(await answer(), /nobody localhost /);
});

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

test("a certificate or a CA that cannot be read is exit 1 and named", async () => {
  const route = (value: object) => ["--set", `egress.routes=${JSON.stringify(value)}`, "--set", "egress.admin.port=0"];
  const listener = {
    "https://127.0.0.1:0001/": {
      upstreams: ["http://localhost:1"],
      certificate: { cert: "/nowhere.crt", key: at("ca.key") },
    },
  };
  const bad = await runTool("egress-proxy", [...route(listener), "--listen", "127.0.0.1:0"]);
  assert.notEqual(bad.code, 0);
  const upstream = { "http://a.test/": { upstreams: ["https://a.test"], tls: { ca: "/nowhere.pem" } } };
  const { code, stderr } = await runTool("egress-proxy", [...route(upstream), "--listen", "127.0.0.1:0"]);
  assert.equal(code, 1);
  assert.match(stderr, /\/nowhere\.pem/);
});

test("a CA that is none, and a key of another certificate, are exit 1 and named", async () => {
  for (const [tls, message] of [
    [{ ca: at("ca.key") }, /cannot use \S+ca\.key \(egress\.routes\S+\.tls\.ca\)/],
    [{ cert: at("ca.crt"), key: at("other-ca.key") }, /the key does not belong to the certificate; mount/],
    [{ cert: at("ca.key"), key: at("ca.key") }, /cannot use \S+ca\.key with \S+ca\.key/],
  ] as const) {
    const routes = JSON.stringify({ "http://a.test/": { upstreams: ["https://a.test"], tls } });
    const args = ["--set", `egress.routes=${routes}`, "--set", "egress.admin.port=0", "--listen", "127.0.0.1:0"];
    const { code, stderr } = await runTool("egress-proxy", args);
    assert.equal(code, 1, stderr);
    assert.match(stderr, message);
  }
});

test("inside CONNECT the real handshake of a TLS client passes, end to end", async (t) => {
  const port = await startHttps(t, "localhost");
  const proxy = await startProxy(t, { allow: [{ host: "localhost", ports: [port], tunnel: "tls" }] });
  const tunnel = await new Promise<import("node:net").Socket>((resolve, reject) => {
    http
      .request({ port: proxy.port, host: "127.0.0.1", method: "CONNECT", path: `localhost:${port}` })
      .on("connect", (_response, socket) => resolve(socket))
      .on("error", reject)
      .end();
  });
  const socket = tls.connect({ socket: tunnel, servername: "localhost", ca: readFileSync(at("ca.crt")) });
  socket.write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  let text = "";
  for await (const chunk of socket) text += chunk;
  assert.match(text, /nobody localhost/);
});
