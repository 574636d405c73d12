// What the proxy itself answers, and what its records say about it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { startProxy } from "./support/proxy.ts";
import { exchange } from "./support/raw.ts";

const CLOSE = "Host: a\r\nConnection: close\r\n\r\n";

for (const [name, bytes] of [
  ["a denied GET", `GET http://evil.test/ HTTP/1.1\r\n${CLOSE}`],
  ["a denied HEAD", `HEAD http://evil.test/ HTTP/1.1\r\n${CLOSE}`],
  ["a denied CONNECT", `CONNECT evil.test:443 HTTP/1.1\r\n${CLOSE}`],
  ["a denied CONNECT with early bytes", `CONNECT evil.test:443 HTTP/1.1\r\nHost: a\r\n\r\nearly`],
  ["a request in origin form", `GET / HTTP/1.1\r\n${CLOSE}`],
  ["what is no HTTP", "\x16\x03\x01\r\n\r\n"],
] as const) {
  test(`the record of ${name} counts the bytes of its answer's content`, async (t) => {
    const proxy = await startProxy(t, {});
    const [, content = ""] = (await exchange(proxy.port, bytes)).split("\r\n\r\n");
    const [record] = await eventually(() => {
      assert.equal(proxy.audit().length, 1);
      return proxy.audit();
    });
    assert.equal(record?.bytesOut, content.length);
    assert.equal(content.length > 0, !bytes.startsWith("HEAD"));
  });
}
