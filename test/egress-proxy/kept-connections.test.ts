// A server may close a kept connection just as the next request is sent on it (RFC 9112 section 9.3.1).
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { startProxy } from "./support/proxy.ts";
import { exchange, statusOf } from "./support/raw.ts";
import { answering, startUpstream } from "./support/upstream.ts";

const cases = [
  { name: "a GET is sent once more, on a connection of its own", method: "GET", status: 200, arrivals: 2, attempts: 2 },
  { name: "a POST without a body is not sent twice", method: "POST", status: 502, arrivals: 1, attempts: undefined },
];
for (const { name, method, status, arrivals, attempts } of cases) {
  test(name, async (t) => {
    const answer = answering("ok");
    const upstream = await startUpstream(t, (socket, received, chunk) => {
      if (received.includes("second") && received.includes("first")) socket.resetAndDestroy();
      else answer(socket, received, chunk);
    });
    const proxy = await startProxy(t, { allow: [`localhost:${upstream.port}`], audit: "all" });
    const ask = (verb: string, path: string) =>
      exchange(
        proxy.port,
        `${verb} http://localhost:${upstream.port}/${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      );
    assert.equal(statusOf(await ask("GET", "first")), 200);
    assert.equal(statusOf(await ask(method, "second")), status);
    assert.equal(upstream.received().split("/second").length - 1, arrivals);
    const record = await eventually(() => {
      const [, found] = proxy.audit("localhost");
      assert.ok(found);
      return found;
    });
    assert.equal(record.attempts, attempts);
  });
}
