// What a connection has become decides which time-outs count for it: those of heads and of idle HTTP do not end a tunnel.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { startProxy } from "./support/proxy.ts";
import { RawClient } from "./support/raw.ts";
import { startUpstream } from "./support/upstream.ts";

const connect = (port: number) => `CONNECT localhost:${port} HTTP/1.1\r\nHost: x\r\n\r\n`;
const handshake = (port: number) =>
  `GET http://localhost:${port}/ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
const SWITCHED = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

/** Shorter than the pauses below; longer than a connection waits for its own head on a busy machine. */
const HEADERS = "2s";

const cases = [
  { name: "a tunnel", head: connect, answer: "200 Connection established" },
  { name: "a tunnel after a refused one", isRefusedFirst: true, head: connect, answer: "200 Connection established" },
  { name: "a WebSocket", head: handshake, answer: "101 Switching Protocols" },
];
for (const { name, isRefusedFirst, head, answer } of cases) {
  test(`${name} outlives timeouts.headers, and the end of idle connections`, async (t) => {
    const upstream = await startUpstream(t, (socket, received) => {
      socket.write(received.endsWith("\r\n\r\n") ? SWITCHED : `echo ${received.slice(-4)}`);
    });
    const proxy = await startProxy(t, { allow: [`localhost:${upstream.port}`], timeouts: { headers: HEADERS } });
    const client = new RawClient(proxy.port);
    if (isRefusedFirst) await client.send(connect(1)).until("403 Egress denied");
    await client.send(head(upstream.port)).until(answer);
    // Time passes: this is about what does not happen meanwhile.
    await pause(2500);
    await client.send("one.").until("echo one.");
    proxy.tool.signal("SIGTERM");
    await proxy.tool.waitFor('"msg":"stopping"', { on: "stderr" });
    await pause(1500);
    await client.send("two.").until("echo one.echo two.");
    assert.doesNotMatch(client.text, /head_timeout/);
    client.socket.destroy();
    // A second signal would end it before its record is written.
    await proxy.tool.exited;
  });
}
