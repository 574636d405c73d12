// What becomes of a connection when one of its sides leaves, stays silent, or takes nothing, and when the proxy drains.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { eventually } from "../harness/eventually.ts";
import { freePort } from "../harness/ports.ts";
import { type RunningProxy, startProxy } from "./support/proxy.ts";
import { exchange, RawClient } from "./support/raw.ts";
import { startUnanswering, waitingFor } from "./support/unanswering.ts";
import { accepted, answering, startUpstream } from "./support/upstream.ts";

const get = (port: number, fields = "") => `GET http://localhost:${port}/ HTTP/1.1\r\nHost: x\r\n${fields}\r\n`;
const ESTABLISHED = "200 Connection established";

async function clientConnections(proxy: RunningProxy, count: number): Promise<void> {
  await eventually(async () =>
    assert.match(await proxy.metrics(), new RegExp(`connections\\{side="client"\\} ${count}\n`)),
  );
}

async function recordOf(proxy: RunningProxy, method: string) {
  return eventually(() => {
    const found = proxy.audit().find((record) => record.method === method);
    assert.ok(found);
    return found;
  });
}

async function stopping(proxy: RunningProxy): Promise<void> {
  proxy.tool.signal("SIGTERM");
  await proxy.tool.waitFor('"msg":"stopping"', { on: "stderr" });
}

test("a client that takes nothing of its answer for timeouts.idle is cut", async (t) => {
  const block = Buffer.alloc(64 * 1024, "x");
  const upstream = await startUpstream(
    t,
    (socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
      const more = () => {
        while (socket.write(block)) if (socket.destroyed) return;
      };
      socket.on("drain", more);
      more();
    },
    { record: false },
  );
  const proxy = await startProxy(t, { allow: [`localhost:${upstream.port}`], timeouts: { idle: "3s" } });
  const client = new RawClient(proxy.port).send(get(upstream.port));
  await client.until("HTTP/1.1 200");
  client.socket.pause();
  await clientConnections(proxy, 0);
  client.socket.destroy();
});

test("a client that resets its CONNECT while the dial is under way gets an audit record", async (t) => {
  const port = await startUnanswering(t);
  const proxy = await startProxy(t, { allow: [`127.0.0.1:${port}`], timeouts: { connect: "60s" }, audit: "all" });
  const before = waitingFor(port);
  const client = new RawClient(proxy.port).send(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await eventually(() => assert.equal(waitingFor(port), before + 1));
  client.socket.resetAndDestroy();
  assert.equal((await recordOf(proxy, "CONNECT")).status, 499);
});

test("a client of a tcp route that resets while the dial is under way ends it", async (t) => {
  const port = await startUnanswering(t);
  const from = await freePort("127.0.0.1");
  const route = { upstreams: [`127.0.0.1:${port}`], timeout: "60s" };
  const proxy = await startProxy(t, {
    routes: { [`tcp://127.0.0.1:${from}`]: route },
    timeouts: { connect: "60s" },
    audit: "all",
  });
  const before = waitingFor(port);
  const client = new RawClient(from);
  await eventually(() => assert.equal(waitingFor(port), before + 1));
  client.socket.resetAndDestroy();
  assert.equal((await recordOf(proxy, "TCP")).status, 499);
});

test("a client that only listens to a tcp route is not cut by SIGTERM", async (t) => {
  const upstream = await startUpstream(t);
  const from = await freePort("127.0.0.1");
  const proxy = await startProxy(t, { routes: { [`tcp://127.0.0.1:${from}`]: `localhost:${upstream.port}` } });
  const client = new RawClient(from);
  const server = await accepted(upstream);
  await stopping(proxy);
  await pause(1000); // longer than a connection without a byte may be a spare one
  server.write("late");
  await client.until("late");
  client.socket.destroy();
});

test("a reload that removes a listener ends its idle connections, and others after their answer", async (t) => {
  let answer = () => {};
  const upstream = await startUpstream(t, (socket, received, chunk) => {
    if (!received.includes("/slow")) return answering("quick")(socket, received, chunk);
    answer = () => answering("slow")(socket, received, chunk);
  });
  const from = await freePort("127.0.0.1");
  const proxy = await startProxy(t, { routes: { [`http://127.0.0.1:${from}/`]: `http://localhost:${upstream.port}` } });
  const idle = new RawClient(from).send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await idle.until("quick");
  const busy = new RawClient(from).send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  await eventually(() => assert.match(upstream.received(), /\/slow/));
  await proxy.reload({});
  await idle.closed;
  answer();
  assert.match(await busy.end(), /^HTTP\/1\.1 200 OK\r\n.*Connection: close\r\n.*slow$/s);
});

test("while the proxy drains, an answer says that it is the last one of its connection", async (t) => {
  const upstream = await startUpstream(t);
  const proxy = await startProxy(t, { allow: [`localhost:${upstream.port}`] });
  const tunnel = new RawClient(proxy.port).send(`CONNECT localhost:${upstream.port} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await tunnel.until(ESTABLISHED);
  await stopping(proxy);
  assert.match(await exchange(proxy.port, get(upstream.port)), /\r\nConnection: close\r\n.*upstream$/s);
  tunnel.socket.destroy();
  assert.deepEqual(await proxy.tool.exited, { code: 0, signal: null });
});

test("while the proxy drains, a client may take a moment for its first byte; the end does not wait for it", async (t) => {
  const upstream = await startUpstream(t);
  const proxy = await startProxy(t, { allow: [`localhost:${upstream.port}`] });
  const tunnel = new RawClient(proxy.port).send(`CONNECT localhost:${upstream.port} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await tunnel.until(ESTABLISHED);
  await stopping(proxy);
  const [slow, spare] = [new RawClient(proxy.port), new RawClient(proxy.port)];
  await pause(1000); // longer than a spare connection has when nothing else is open
  assert.match(await slow.send(get(upstream.port)).end(), /upstream$/);
  tunnel.socket.destroy();
  await spare.closed;
  assert.deepEqual(await proxy.tool.exited, { code: 0, signal: null });
  assert.doesNotMatch(proxy.tool.stderr, /cut connections/);
});

test("a client that has ended its side gets an answer with long silences in it", async (t) => {
  const upstream = await startUpstream(t, (socket) => {
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    const timer = setTimeout(() => socket.write("event"), 5000);
    socket.once("close", () => clearTimeout(timer));
  });
  const proxy = await startProxy(t, { allow: [`localhost:${upstream.port}`] });
  const client = new RawClient(proxy.port);
  client.socket.end(get(upstream.port));
  assert.match(await client.end(), /event$/);
});

test("an answer that comes before the end of an upload reaches a client that first sends all", async (t) => {
  const upstream = await startUpstream(
    t,
    (socket) => {
      socket.pause();
      socket.end("HTTP/1.1 413 Too much\r\nContent-Length: 4\r\nConnection: close\r\n\r\nless");
    },
    { record: false },
  );
  const proxy = await startProxy(t, { allow: [`localhost:${upstream.port}`] });
  const client = new RawClient(proxy.port);
  client.socket.pause();
  const size = 16 * 1024 * 1024;
  client.send(`POST http://localhost:${upstream.port}/ HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\n\r\n`);
  await new Promise((resolve) => client.socket.write(Buffer.alloc(size), resolve));
  client.socket.resume();
  assert.match(await client.end(), /^HTTP\/1\.1 413 Too much\r\n.*less$/s);
});

test("after an upgrade the upstream may end its side and still be sent to", async (t) => {
  const upstream = await startUpstream(t, (socket, received) => {
    if (!received.endsWith("\r\n\r\n")) return;
    socket.end("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nbye");
  });
  const proxy = await startProxy(t, { allow: [`localhost:${upstream.port}`] });
  const client = new RawClient(proxy.port);
  client.socket.removeAllListeners("end"); // it goes on sending
  client.send(get(upstream.port, "Connection: Upgrade\r\nUpgrade: websocket\r\n"));
  await client.until("bye");
  await eventually(() => assert.ok(client.socket.readableEnded));
  client.send("last words");
  await eventually(() => assert.match(upstream.received(), /last words$/));
  client.socket.destroy();
});

test("a reload that fails at the admin port opens no listener", async (t) => {
  const taken = await startUpstream(t, undefined, { host: "0.0.0.0" });
  const from = await freePort("127.0.0.1");
  const proxy = await startProxy(t, {});
  await proxy.reload({ admin: { port: taken.port }, routes: { [`http://127.0.0.1:${from}/`]: "http://localhost:1" } });
  const client = new RawClient(from).send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  assert.equal(await client.end(), "");
});
