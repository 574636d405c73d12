import assert from "node:assert/strict";
import { test } from "node:test";
import { registerSecret } from "@outrigger/runtime/secrets";
import { CheckFailure, clean, describeFailure } from "../src/failure.ts";

function systemError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

const classes: [error: unknown, kind: string][] = [
  [systemError("ECONNREFUSED", "connect ECONNREFUSED 10.0.0.7:80"), "connection refused"],
  [systemError("ECONNRESET", "read ECONNRESET"), "connection reset"],
  [systemError("ENOENT", "no such file /secret/place"), "not found"],
  [systemError("DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate"), "certificate or TLS error"],
  [systemError("EPROTO", "write EPROTO 80CB:error:wrong version number"), "certificate or TLS error"],
  [new CheckFailure("status 500", "status 500, expected 200-399"), "status 500"],
  [new Error("who knows, at 10.0.0.7"), "error"],
  ["a string", "error"],
];

for (const [error, kind] of classes) {
  test(`${String(error)} is of the class "${kind}"`, () => assert.equal(describeFailure(error).kind, kind));
}

test("a refusal by several addresses names them all", () => {
  const error = Object.assign(
    new AggregateError([
      systemError("ECONNREFUSED", "connect ::1:1"),
      systemError("ECONNREFUSED", "connect 127.0.0.1:1"),
    ]),
    { code: "ECONNREFUSED" },
  );
  assert.equal(describeFailure(error).text, "connection refused: connect ::1:1; connect 127.0.0.1:1");
});

test("control characters become spaces", () =>
  assert.equal(clean("a\r\nb\u0000c\u001b[31m d\u2028e"), "a b c [31m d e"));

test("a long text is cut between characters, at 512 bytes at most", () => {
  for (const text of ["x".repeat(2000), "ü".repeat(2000), `x${"€".repeat(2000)}`, "😀".repeat(999)]) {
    const short = clean(text);
    assert.ok(Buffer.byteLength(short) <= 512, `${Buffer.byteLength(short)} bytes`);
    assert.ok(Buffer.byteLength(short) > 500);
    assert.doesNotMatch(short, /\uFFFD/);
  }
});

test("secrets are replaced before a text is stored", () => {
  registerSecret("hunter2-of-failure-test");
  const { text } = describeFailure(new Error("token hunter2-of-failure-test refused by http://me:pw@host/"));
  assert.equal(text, "token *** refused by http://me:***@host/");
});
