// The two ends of the proxy on their own: what their sockets have not taken yet still counts.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { socketPair } from "../../../test/egress-proxy/support/socket-pair.ts";
import { eventually } from "../../../test/harness/eventually.ts";
import { responseFields } from "../src/http/fields.ts";
import { ClientConnection } from "../src/proxy/client-connection.ts";
import { type Transaction, UpstreamConnection } from "../src/upstream/upstream-connection.ts";

const SIZE = 32 * 1024 * 1024;

/** A connection that answers its first request with more than the system takes. */
async function answered(t: TestContext, fields: string) {
  const { near, far } = await socketPair(t);
  const problems: unknown[] = [];
  const hasAnswered = new Promise<ClientConnection>((resolve) => {
    const connection = new ClientConnection(near, {
      request: (request) => {
        request.framing = "none";
        request.begin(200, "OK", ["Content-Length", String(SIZE)]);
        request.piece(Buffer.alloc(SIZE));
        request.end();
        resolve(connection);
      },
      connect: () => {},
      malformed: (problem) => problems.push(problem),
      failed: (error) => problems.push(error),
    });
  });
  far.pause();
  far.write(`GET http://x/ HTTP/1.1\r\nHost: x\r\n${fields}\r\n`);
  return { connection: await hasAnswered, near, far, problems };
}

for (const fields of ["", "Connection: close\r\n"]) {
  test(`a connection ${fields === "" ? "kept" : "to be closed"} is not idle before its client has the whole answer`, async (t) => {
    const { connection, far } = await answered(t, fields);
    assert.equal(connection.isIdle, false);
    connection.retire();
    let received = 0;
    far.on("data", (chunk: Buffer) => {
      received += chunk.length;
    });
    far.resume();
    await eventually(() => {
      connection.retire();
      assert.ok(far.readableEnded);
    });
    assert.ok(received > SIZE);
  });

  test(`a connection ${fields === "" ? "kept" : "to be closed"} whose client takes nothing more ends in time, without another answer`, async (t) => {
    const { connection, near, problems } = await answered(t, fields);
    const now = performance.now();
    connection.expire(now, 10_000);
    connection.expire(now + 70_000, 10_000);
    assert.equal(near.destroyed, false);
    connection.expire(now + 80_000, 10_000);
    assert.equal(near.destroyed, true);
    assert.deepEqual(problems, []);
  });
}

test("interim answers in front of half a head are handed on with it, so that they wait for a slow client", async (t) => {
  const { near, far } = await socketPair(t);
  const calls: string[] = [];
  const connection = new UpstreamConnection(near, { name: "", address: "" }, { freed: () => {}, closed: () => {} });
  const flushed = new Promise<void>((resolve) => {
    const transaction: Transaction = {
      method: "GET",
      informed: ({ status }) => calls.push(String(status)),
      answered: () => {},
      piece: () => {},
      flush: () => {
        calls.push("flush");
        resolve();
        return true;
      },
      ended: () => true,
      upgraded: () => {},
      failed: () => {},
      drained: () => {},
    };
    connection.begin(transaction);
  });
  far.write("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 10");
  await flushed;
  assert.deepEqual(calls, ["102", "flush"]);
});

test("Content-Length passes, except where an answer cannot have content", () => {
  const fields = ["Content-Length", "5", "A", "b"];
  for (const status of [200, 304]) assert.deepEqual(responseFields({ status, fields }), fields);
  for (const status of [103, 204]) assert.deepEqual(responseFields({ status, fields }), ["A", "b"]);
});
