import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Conversation, Reader } from "../src/checks/conversation.ts";
import { readBody } from "../src/checks/http-body.ts";
import { fieldValues, type ResponseHead, readHead } from "../src/checks/http-head.ts";
import { CheckFailure } from "../src/failure.ts";

const MEBIBYTE = 1024 * 1024;

/** A server that has sent these pieces, one after the other, and then closed the connection. */
function serverThatSent(...pieces: Buffer[]): Conversation {
  let received = Buffer.alloc(0);
  const left = [...pieces];
  return {
    send: () => assert.fail("nothing is to be sent"),
    secure: () => assert.fail("there is no TLS"),
    async receive<T>(read: Reader<T>): Promise<T> {
      for (;;) {
        const found = read(received, left.length === 0);
        if (found !== undefined) {
          received = received.subarray(found.length);
          return found.value;
        }
        const next = left.shift();
        if (next === undefined) throw new CheckFailure("connection closed", "the server closed the connection");
        received = Buffer.concat([received, next]);
      }
    },
  };
}

async function answerFrom(method: string, ...pieces: Buffer[]): Promise<{ head: ResponseHead; body: string }> {
  const server = serverThatSent(...pieces);
  const head = await server.receive(readHead);
  return { head, body: await readBody(server, method, head, MEBIBYTE) };
}

const bytes = (text: string) => Buffer.from(text, "latin1");

const answers: [sentence: string, answer: string, status: number, body: string][] = [
  ["a length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello"],
  [
    "a length given twice alike",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\ncontent-length: 5, 5\r\n\r\nhello",
    200,
    "hello",
  ],
  ["no length: to the end", "HTTP/1.0 200 OK\r\nServer: old\r\n\r\nhello", 200, "hello"],
  ["no header at all", "HTTP/1.1 204\r\n\r\n", 204, ""],
  ["a reason that is empty", "HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n", 404, ""],
  ["bare line feeds", "HTTP/1.0 503 Busy\nContent-Length: 4\n\nbusy", 503, "busy"],
  [
    "chunks, with extensions, leading zeros, capitals and trailers",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip , Chunked\r\n\r\n5;a=b\r\nhello\r\n0B \r\n, all is we\r\n2\r\nll\r\n0\r\nX: y\r\n\r\n",
    200,
    "hello, all is well",
  ],
  [
    "a coding that is not chunked: to the end",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nhello",
    200,
    "hello",
  ],
  [
    "a length beside chunks",
    "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
    200,
    "hi",
  ],
];

for (const [sentence, answer, status, body] of answers) {
  test(`an answer with ${sentence} is read wherever it is cut`, async () => {
    const whole = bytes(answer);
    for (let cut = 0; cut <= whole.length; cut++) {
      const got = await answerFrom("GET", whole.subarray(0, cut), whole.subarray(cut));
      assert.deepEqual([got.head.status, got.body], [status, body], `cut at ${cut}`);
    }
    const bytewise = await answerFrom("GET", ...[...whole].map((byte) => Buffer.from([byte])));
    assert.deepEqual([bytewise.head.status, bytewise.body], [status, body]);
  });
}

test("HEAD, 204 and 304 have no body, whatever their headers say", async () => {
  const answer = (status: number) => bytes(`HTTP/1.1 ${status} X\r\nContent-Length: 5\r\n\r\nhello`);
  assert.equal((await answerFrom("HEAD", answer(200))).body, "");
  assert.equal((await answerFrom("GET", answer(204))).body, "");
  assert.equal((await answerFrom("GET", answer(304))).body, "");
});

test("a body is read to its limit and not further", async () => {
  const head = await serverThatSent(bytes("HTTP/1.1 200 OK\r\n\r\n")).receive(readHead);
  assert.equal(await readBody(serverThatSent(bytes("hello"), bytes(" world")), "GET", head, 8), "hello wo");
});

test("fields are found by name in any case, with all their values, folded lines and no white space around", async () => {
  const { head } = await answerFrom(
    "HEAD",
    bytes("HTTP/1.1 302 X\r\nLOCATION:\t /a \r\nVia: 1.1 a\r\nvia: 1.1\r\n  b\r\nX-Location: /no\r\nEmpty:\r\n\r\n"),
  );
  assert.deepEqual(fieldValues(head, "location"), ["/a"]);
  assert.deepEqual(fieldValues(head, "via"), ["1.1 a", "1.1 b"]);
  assert.deepEqual(fieldValues(head, "empty"), [""]);
  assert.deepEqual(fieldValues(head, "missing"), []);
});

const heads: [sentence: string, head: string, error: RegExp][] = [
  ["another protocol, at its first byte", "-", /is not HTTP/],
  ["another protocol that begins alike", "HTTPS", /is not HTTP/],
  ["another version", "HTTP/2.0 200 OK\r\n", /is not HTTP/],
  ["a status that is no number", "HTTP/1.1 OK\r\n", /status line/],
  ["a status of two digits", "HTTP/1.1 20 OK\r\n", /status line/],
  ["a status of four digits", "HTTP/1.1 2000 OK\r\n", /status line/],
  ["a status below 100", "HTTP/1.1 099 OK\r\n", /status line/],
  ["a control character in the reason", "HTTP/1.1 200 \x01\r\n", /status line/],
  ["a header without a colon", "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", /header line/],
  ["white space before the colon", "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", /header line/],
  ["a folded line before the first header", "HTTP/1.1 200 OK\r\n a: b\r\n\r\n", /header line/],
  ["a NUL in a value", "HTTP/1.1 200 OK\r\nA: b\0\r\n\r\n", /header line/],
  ["a carriage return in a value", "HTTP/1.1 200 OK\r\nA: b\rC: d\r\n\r\n", /header line/],
];
for (const [sentence, head, error] of heads) {
  test(`${sentence} is no answer`, () => {
    assert.throws(() => readHead(bytes(head), false), error);
  });
}

const bodies: [sentence: string, answer: string][] = [
  ["two lengths that differ", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"],
  ["a length that is no number", "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello"],
  ["a body that ends before its length", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello"],
  ["a chunk without a size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello\r\n"],
  ["a chunk longer than its size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhello\r\n0\r\n\r\n"],
  ["chunks without a last one", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"],
];
for (const [sentence, answer] of bodies) {
  test(`${sentence} is a failure`, async () => {
    await assert.rejects(answerFrom("GET", bytes(answer)), CheckFailure);
  });
}

test("a head may have 64 KiB and not a byte more, whether or not its end is there", () => {
  const head = (length: number) => bytes(`HTTP/1.1 200 OK\r\nA: ${"x".repeat(length - 24)}\r\n\r\n`);
  assert.equal(readHead(head(65_536), false)?.length, 65_536);
  assert.throws(() => readHead(head(65_537), false), /headers too large/);
  assert.throws(() => readHead(head(70_000).subarray(0, 65_537), false), /headers too large/);
});

test("the longest heads of the oddest shapes are judged at once", () => {
  for (const unit of [" ", "a:\r\n", "a", "a: b\r\n ", "a:\r", "\t\r\n "]) {
    const head = bytes(`HTTP/1.1 200 OK\r\nA: b\r\n${unit.repeat(65_000 / unit.length)}\r\n\r\n`);
    const before = process.cpuUsage();
    try {
      const found = readHead(head, false);
      if (found !== undefined) fieldValues(found.value, "location");
    } catch (error) {
      assert.ok(error instanceof CheckFailure);
    }
    const { user, system } = process.cpuUsage(before);
    assert.ok(user + system < 500_000, `${JSON.stringify(unit)} took ${user + system} µs`);
  }
});

test("no bytes at all make the readers throw anything unexpected", async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "HTTP/1.1 200 OK\r\n",
      "Transfer-Encoding: chunked\r\n",
      "Content-Length: 3\r\n",
      "\r\n",
      "3\r\n",
      "abc",
    ),
    fc.string({ maxLength: 8 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
      try {
        await answerFrom("GET", ...pieces.map(bytes));
      } catch (error) {
        assert.ok(error instanceof CheckFailure, String(error));
      }
    }),
  );
});
