// TLS connections cannot be reset as TCP connections can: where a reset is passed on, a TLS client's connection is cut.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { type TestContext, test } from "node:test";
import tls from "node:tls";
import { startProxy } from "../../egress-proxy/support/proxy.ts";
import { exchange, statusOf } from "../../egress-proxy/support/raw.ts";
import { startUpstream } from "../../egress-proxy/support/upstream.ts";
import { atEnd } from "../../harness/at-end.ts";
import { freePort } from "../../harness/ports.ts";
import { temporaryDirectory } from "../../harness/temporary.ts";

/** A proxy with a TLS listener in front of a server that sends this text, and breaks off when told to. */
async function broken(t: TestContext, answer: string) {
  const directory = temporaryDirectory(t);
  const [cert, key] = [path.join(directory, "crt"), path.join(directory, "key")];
  const files = ["-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost"];
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...files], { stdio: "ignore" });
  const upstream = await startUpstream(t, (socket, received) => {
    if (received.endsWith("\r\n\r\n")) socket.write(answer);
  });
  const port = await freePort("127.0.0.1");
  const route = { upstreams: [`http://localhost:${upstream.port}`], certificate: { cert, key } };
  const proxy = await startProxy(t, { routes: { [`https://127.0.0.1:${port}/`]: route } });
  return { proxy, port, reset: () => upstream.connections[0]?.resetAndDestroy() };
}

/** Sends a request over TLS and returns everything up to the end of the connection. `arrived`: `hello` is here. */
function ask(t: TestContext, port: number, request: string, arrived: () => void): Promise<string> {
  return new Promise((resolve) => {
    const socket = tls.connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
    atEnd(t, () => socket.destroy());
    let text = "";
    socket.setEncoding("latin1").on("data", (chunk: string) => {
      text += chunk;
      // A reset sooner may destroy what is still on its way.
      if (text.endsWith("hello")) arrived();
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(text));
    socket.write(request);
  });
}

const upgrade = "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
const SWITCHED = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhello";

for (const { name, request, answer } of [
  { name: "a WebSocket", request: upgrade, answer: SWITCHED },
  { name: "an answer to HTTP/1.0", request: "GET / HTTP/1.0\r\n\r\n", answer: "HTTP/1.1 200 OK\r\n\r\nhello" },
]) {
  test(`${name} that its server resets ends for the TLS client, and the proxy lives on`, async (t) => {
    const { proxy, port, reset } = await broken(t, answer);
    assert.match(await ask(t, port, request, reset), /hello$/);
    const denied = await exchange(proxy.port, "GET http://a.test/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert.equal(statusOf(denied), 403);
    assert.doesNotMatch(proxy.tool.stderr, /"level":"error"/);
  });
}
