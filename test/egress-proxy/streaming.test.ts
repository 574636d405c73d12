// Bodies flow as they come, in both directions, and a broken one never looks complete.
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { before, test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { type RunningProxy, startProxy } from "./support/proxy.ts";
import { exchange, RawClient, statusOf } from "./support/raw.ts";
import { fileScope } from "./support/scope.ts";
import { type Reaction, startUpstream, type Upstream } from "./support/upstream.ts";

const t = fileScope();
let upstream: Upstream;
let proxy: RunningProxy;
let react: Reaction = () => {};

before(async () => {
  upstream = await startUpstream(t, (socket, received, chunk) => react(socket, received, chunk));
  proxy = await startProxy(t, { allow: [`localhost:${upstream.port}`, "localhost:1"] });
});

const head = (method = "GET", fields = "", version = "1.1") =>
  `${method} http://localhost:${upstream.port}/ HTTP/${version}\r\nHost: x\r\nConnection: close\r\n${fields}\r\n`;

/** Waits for the upstream to get a request head and returns the connection it came on. */
async function arrival(): Promise<Socket> {
  let found: Socket | undefined;
  react = (socket) => {
    found = socket;
  };
  return eventually(() => {
    assert.ok(found);
    return found;
  });
}

test("the head of an answer arrives before its body, and events arrive singly", async () => {
  const server = arrival();
  const client = new RawClient(proxy.port).send(head());
  (await server).write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
  await client.until("text/event-stream\r\n");
  for (const event of ["data: 1\n\n", "data: 2\n\n"]) {
    (await server).write(`9\r\n${event}\r\n`);
    await client.until(event);
  }
  (await server).write("0\r\n\r\n");
  assert.match(await client.end(), /\r\n0\r\n\r\n$/);
});

test("an upload arrives in the halves it was sent in, its head first", async () => {
  upstream.reset();
  const server = arrival();
  const client = new RawClient(proxy.port).send(head("POST", "Content-Length: 10\r\n"));
  await eventually(() => assert.match(upstream.received(), /\r\n\r\n$/));
  client.send("hello");
  await eventually(() => assert.match(upstream.received(), /hello$/));
  client.send("world");
  await eventually(() => assert.match(upstream.received(), /helloworld$/));
  (await server).write("HTTP/1.1 204 No Content\r\n\r\n");
  assert.equal(statusOf(await client.end()), 204);
});

const truncated: [string, string][] = [
  ["a chunked answer without its last chunk", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"],
  ["a chunk cut in the middle", "Transfer-Encoding: chunked\r\n\r\n5\r\nhel"],
  ["an answer shorter than its length", "Content-Length: 10\r\n\r\nhello"],
];
for (const [name, rest] of truncated) {
  for (const how of ["end", "reset"] as const) {
    test(`${name} (${how}) breaks off for the client too`, async () => {
      const server = arrival();
      const client = new RawClient(proxy.port).send(head());
      (await server).write(`HTTP/1.1 200 OK\r\n${rest}`);
      await client.until("hel");
      if (how === "end") (await server).end();
      else (await server).resetAndDestroy();
      const text = await client.end();
      assert.doesNotMatch(text, /\r\n0\r\n\r\n$/);
      assert.doesNotMatch(text, /HTTP\/1\.1 502/);
    });
  }
}

test("to HTTP/1.0 a broken chunked answer ends with a reset, since a close would look complete", async () => {
  const server = arrival();
  const client = new RawClient(proxy.port).send(head("GET", "", "1.0"));
  let code: string | undefined;
  client.socket.on("error", (error: NodeJS.ErrnoException) => {
    code = error.code;
  });
  (await server).write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  await client.until("hello");
  (await server).end();
  await client.closed;
  assert.equal(code, "ECONNRESET");
});

test("an answer that ends with its connection is complete", async () => {
  const server = arrival();
  const client = new RawClient(proxy.port).send(head());
  (await server).end("HTTP/1.1 200 OK\r\n\r\nto the end");
  assert.match(await client.end(), /to the end\r\n0\r\n\r\n$/);
});

for (const [name, bytes] of [
  ["closes without a word", ""],
  ["says half a status line", "HTTP/1.1 2"],
  ["speaks another protocol", "220 mail.example ESMTP\r\n"],
] as const) {
  test(`an upstream that ${name} is 502`, async () => {
    const server = arrival();
    const client = new RawClient(proxy.port).send(head("POST", "Content-Length: 2\r\n")).send("ab");
    (await server).end(bytes);
    const text = await client.end();
    assert.equal(statusOf(text), 502, text);
    assert.match(text, /Proxy-Status: outrigger; error=(connection_terminated|http_protocol_error)/);
  });
}

test("nothing listening is 502 connection_refused", async () => {
  const text = await exchange(proxy.port, "GET http://localhost:1/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  assert.match(text, /^HTTP\/1\.1 502 Egress failed: connection_refused localhost:1\r\n/);
});

test("an answer to HEAD keeps its length and has no body; 304 likewise", async () => {
  for (const [method, status] of [
    ["HEAD", "200 OK"],
    ["GET", "304 Not Modified"],
  ]) {
    const server = arrival();
    const client = new RawClient(proxy.port).send(head(method));
    (await server).write(`HTTP/1.1 ${status}\r\nContent-Length: 1234\r\n\r\n`);
    assert.match(await client.end(), /\r\nContent-Length: 1234\r\n.*\r\n\r\n$/s);
  }
});

test("trailers pass both ways, without fields that would change the message", async () => {
  upstream.reset();
  const server = arrival();
  const client = new RawClient(proxy.port).send(head("POST", "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n"));
  client.send("2\r\nab\r\n0\r\nX-Sum: 1\r\nHost: evil.test\r\nAuthorization: x\r\n\r\n");
  await eventually(() => assert.match(upstream.received(), /2\r\nab\r\n0\r\nX-Sum: 1\r\n\r\n$/));
  (await server).write(
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Out\r\n\r\n2\r\nok\r\n0\r\nX-Out: 2\r\nSet-Cookie: a\r\n\r\n",
  );
  assert.match(await client.end(), /2\r\nok\r\n0\r\nX-Out: 2\r\n\r\n$/);
});

test("1xx answers pass before the final one, not to HTTP/1.0", async () => {
  for (const version of ["1.1", "1.0"]) {
    const server = arrival();
    const client = new RawClient(proxy.port).send(head("GET", "", version));
    (await server).write(
      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    );
    const text = await client.end();
    if (version === "1.1") assert.match(text, /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a>\r\n\r\nHTTP\/1\.1 200 OK/);
    else assert.match(text, /^HTTP\/1\.1 200 OK/);
  }
});

test("a client that goes away ends its upstream request", async () => {
  const server = arrival();
  const client = new RawClient(proxy.port).send(head());
  const connection = await server;
  client.socket.destroy();
  await eventually(() => assert.ok(connection.destroyed || connection.readableEnded));
});

test("a client that ends its side after the request still gets its answer", async () => {
  const server = arrival();
  const client = new RawClient(proxy.port).send(head());
  client.socket.end();
  (await server).write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
  await client.until("hello");
  (await server).write("world");
  assert.match(await client.end(), /helloworld$/);
});

test("a slow reader holds the upstream back instead of filling memory", async () => {
  const server = arrival();
  const client = new RawClient(proxy.port);
  client.socket.pause();
  client.send(head());
  const connection = await server;
  const total = 64 * 1024 * 1024;
  connection.write(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`);
  const block = Buffer.alloc(1024 * 1024);
  for (let sent = 0; sent < total; sent += block.length) connection.write(block);
  await eventually(() => assert.ok(connection.writableLength < total));
  await new Promise((resolve) => setTimeout(resolve, 200));
  // What the two kernels buffer is a few MiB; the rest waits at the sender.
  assert.ok(connection.writableLength > total / 2, `${connection.writableLength} bytes left`);
  client.socket.destroy();
});

test("an answer before the end of the upload is relayed, and the rest of the body is not waited for", async () => {
  const server = arrival();
  const client = new RawClient(proxy.port).send(head("POST", "Content-Length: 1000000\r\n")).send("begin");
  (await server).write("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
  assert.match(await client.end(), /^HTTP\/1\.1 413 .*\r\nConnection: close\r\n\r\n$/s);
});

test("an upstream that speaks first, in another protocol, is 502 at once, though it stays open", async (context) => {
  const mail = await startUpstream(context, (socket) => socket.write("220 mail.example ESMTP\r\n"));
  const own = await startProxy(context, { allow: [`localhost:${mail.port}`] });
  const text = await exchange(
    own.port,
    `GET http://localhost:${mail.port}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  );
  assert.match(text, /^HTTP\/1\.1 502 .*error=http_protocol_error/s);
});

test("a client of another protocol is told so at once, not after timeouts.headers", async () => {
  for (const bytes of ["\x16\x03\x01\x02\x00", "SSH-2.0-OpenSSH_9.2\r\n", "GET / HTTP/1.1\n"]) {
    assert.equal(statusOf(await exchange(proxy.port, bytes)), 400);
  }
});

test("a first line without end is 414, fields without end are 431", async () => {
  assert.equal(statusOf(await exchange(proxy.port, `GET http://localhost/${"a".repeat(40_000)}`)), 414);
  assert.equal(statusOf(await exchange(proxy.port, `GET http://localhost/ HTTP/1.1\r\nA: ${"a".repeat(40_000)}`)), 431);
});

test("many pipelined requests are answered in order, whatever pieces they come in", async () => {
  react = (socket, _received, chunk) => {
    for (const [, path = ""] of chunk.toString("latin1").matchAll(/GET (\/\d+) HTTP/g)) {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`);
    }
  };
  const one = (index: number) => `GET http://localhost:${upstream.port}/${index} HTTP/1.1\r\nHost: x\r\n\r\n`;
  const all = Array.from({ length: 100 }, (_, index) => one(index)).join("\r\n");
  const client = new RawClient(proxy.port);
  for (let at = 0; at < all.length; at += 97) client.send(all.slice(at, at + 97));
  client.send(head("GET"));
  await client.until("\r\n\r\n/99");
  client.socket.destroy();
  const bodies = [...client.text.matchAll(/\r\n\r\n(\/\d+)/g)].map(([, path]) => path);
  assert.deepEqual(
    bodies,
    Array.from({ length: 100 }, (_, index) => `/${index}`),
  );
});

test("HTTP/1.0 keeps its connection when it asks for that and the answer has a length", async () => {
  react = (socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  const ask = (fields: string) => `GET http://localhost:${upstream.port}/ HTTP/1.0\r\n${fields}\r\n`;
  const client = new RawClient(proxy.port).send(ask("Connection: keep-alive\r\n"));
  await client.until(/Connection: keep-alive\r\n.*\r\n\r\nok/s);
  assert.match(await client.send(ask("")).end(), /Connection: close\r\n\r\nok$/);
});

test("an answer without a length ends the connection of HTTP/1.0, whatever it asked for", async () => {
  react = (socket) => socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
  const ask = `GET http://localhost:${upstream.port}/ HTTP/1.0\r\nConnection: keep-alive\r\n\r\n`;
  assert.match(await exchange(proxy.port, ask), /Connection: close\r\n\r\nok$/);
});
