// Connections of clients between two requests, and behind their last one.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { socketPair } from "../../../test/egress-proxy/support/socket-pair.ts";
import { ClientConnection } from "../src/proxy/client-connection.ts";
import type { ClientRequest } from "../src/proxy/client-request.ts";

const HEAD_TIMEOUT = 10_000;

function answer(request: ClientRequest): void {
  request.framing = "none";
  request.begin(200, "OK", ["Content-Length", "2"]);
  request.piece(Buffer.from("ok"));
  request.end();
}

/** A connection whose requests get this reaction, and whose CONNECTs are refused. */
async function start(t: TestContext, react: (request: ClientRequest) => void = answer) {
  const { near, far } = await socketPair(t);
  const targets: string[] = [];
  const connection = new ClientConnection(near, {
    request: (request) => {
      targets.push(request.head.target);
      react(request);
    },
    connect: (_head, client, _rest, keep) => {
      client.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
      keep();
    },
    malformed: () => assert.fail("malformed"),
    failed: () => assert.fail("failed"),
  });
  return { connection, near, far, targets };
}

for (const [name, head, patience] of [
  ["an answer", "GET http://a/ HTTP/1.1", 75_000],
  ["a refused CONNECT", "CONNECT a:443 HTTP/1.1", 5000],
] as const) {
  test(`a client may leave its connection idle for ${patience / 1000} s after ${name}`, async (t) => {
    const { connection, near, far } = await start(t);
    far.write(`${head}\r\nHost: a\r\n\r\n`);
    await once(far, "data");
    const now = performance.now();
    connection.expire(now, HEAD_TIMEOUT);
    connection.expire(now + patience - 1000, HEAD_TIMEOUT);
    assert.equal(near.destroyed, false);
    connection.expire(now + patience + 1000, HEAD_TIMEOUT);
    assert.equal(near.destroyed, true);
  });
}

for (const [when, react] of [
  ["at once", answer],
  ["later", (request: ClientRequest) => setImmediate(() => answer(request))],
] as const) {
  test(`what comes behind a request with Connection: close that is answered ${when} is not looked at`, async (t) => {
    const { near, far, targets } = await start(t, react);
    const first = "GET http://a/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    far.end(`${first}GET http://a/2 HTTP/1.1\r\nHost: a\r\n\r\n`);
    let received = "";
    far.on("data", (chunk: Buffer) => {
      received += chunk.toString();
    });
    await once(near, "close");
    if (!far.readableEnded) await once(far, "end");
    assert.deepEqual(targets, ["http://a/1"]);
    assert.equal(received.split("HTTP/1.1 200 OK").length - 1, 1);
  });
}

test("a client that ends its side within a body is cut at once", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const { near, far } = await start(t, (request) => {
    request.framing = "length";
    request.read({
      piece: () => {},
      flush: () => true,
      ended: () => assert.fail("ended"),
      refused: () => assert.fail("refused"),
    });
  });
  far.allowHalfOpen = true;
  far.end("POST http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
  await once(near, "close");
});
