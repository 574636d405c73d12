// TLS towards upstreams of routes, with a certificate authority of the test's own (openssl).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import http from "node:http";
import type https from "node:https";
import { before, type TestContext, test } from "node:test";
import tls from "node:tls";
import { Certificates } from "../../egress-proxy/support/certificates.ts";
import { startProxy } from "../../egress-proxy/support/proxy.ts";
import { exchange, statusOf } from "../../egress-proxy/support/raw.ts";
import { fileScope } from "../../egress-proxy/support/scope.ts";
import { startHttpUpstream } from "../../egress-proxy/support/upstream.ts";
import { runTool } from "../../harness/tool.ts";

const scope = fileScope();
let certificates: Certificates;
const at = (name: string) => certificates.at(name);

before(() => {
  certificates = new Certificates(scope);
  for (const name of ["ca", "other-ca"]) certificates.authority(name);
  for (const name of ["localhost", "api.test", "client.test"]) certificates.certificate(name, "ca");
});

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
      "http://spelled.test/": { upstreams: [`https://localhost:${wrong}`], tls: { ca, serverName: "API.test." } },
      "http://wrong-ca.test/": { upstreams: [`https://localhost:${good}`], tls: { ca: at("other-ca.crt") } },
      "http://system-roots.test/": `https://localhost:${good}`,
      "http://literal.test/": { upstreams: [`https://127.0.0.1:${good}`], tls: { ca } },
    },
  });
  assert.match(
    await exchange(proxy.port, ask("http://good.test/")),
    new RegExp(`nobody localhost false localhost:${good}$`),
  );
  for (const name of ["named", "spelled"]) {
    assert.match(await exchange(proxy.port, ask(`http://${name}.test/`)), /nobody api\.test /, name);
  }
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
