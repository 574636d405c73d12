// The reader of HTTP/1.1: what it takes, what it refuses, and that pieces make no difference.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BodyReader } from "../src/http/body-reader.ts";
import { REQUEST, readRequestHead, readResponseHead } from "../src/http/head.ts";
import { HeadReader } from "../src/http/head-reader.ts";
import { Malformed } from "../src/http/malformed.ts";
import { responseFraming } from "../src/http/response-framing.ts";

const bytes = (text: string) => Buffer.from(text, "latin1");
const requests = () => new HeadReader({ limit: 256, firstLine: REQUEST });

test("a head is method, target, version and fields in order, spelling and repetition, without outer white space", () => {
  const head = readRequestHead(
    "POST http://a/b?c HTTP/1.1\r\nHost:a\r\nx-A:  1 2 \t\r\nX-a:\r\nB: \xe9:\r\nC:\xa0\x85\r\n\r\n",
  );
  assert.deepEqual(head, {
    method: "POST",
    target: "http://a/b?c",
    version: "1.1",
    fields: ["Host", "a", "x-A", "1 2", "X-a", "", "B", "\xe9:", "C", "\xa0\x85"],
  });
});

test("an answer's phrase may be empty or absent", () => {
  for (const [line, phrase] of [
    ["HTTP/1.1 200 Very fine", "Very fine"],
    ["HTTP/1.1 200 ", ""],
    ["HTTP/1.0 200", ""],
  ] as const) {
    assert.equal(readResponseHead(`${line}\r\n\r\n`).phrase, phrase);
  }
});

const badRequests = [
  "GET  / HTTP/1.1\r\n\r\n",
  "GET / HTTP/1.1 \r\n\r\n",
  " GET / HTTP/1.1\r\n\r\n",
  "GET\t/ HTTP/1.1\r\n\r\n",
  "GET /\r\n\r\n",
  "GET / HTTP/1\r\n\r\n",
  "GET / http/1.1\r\n\r\n",
  "GET / HTTP/1.10\r\n\r\n",
  "G(T / HTTP/1.1\r\n\r\n",
  "GET /a b HTTP/1.1\r\n\r\n",
  "GET /\x7f HTTP/1.1\r\n\r\n",
  "GET /\x80 HTTP/1.1\r\n\r\n",
  "GET /\xe9 HTTP/1.1\r\n\r\n",
  "GET / HTTP/1.1\r\nA\r\n\r\n",
  "GET / HTTP/1.1\r\nA : b\r\n\r\n",
  "GET / HTTP/1.1\r\n A: b\r\n\r\n",
  "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
  "GET / HTTP/1.1\r\n: b\r\n\r\n",
  "GET / HTTP/1.1\r\nA\xe9: b\r\n\r\n",
  "GET / HTTP/1.1\r\nA: b\0\r\n\r\n",
  "GET / HTTP/1.1\r\nA: b\nC: d\r\n\r\n",
  "GET / HTTP/1.1\r\nA: b\rC: d\r\n\r\n",
  "GET / HTTP/1.1\nA: b\r\n\r\n",
];
for (const text of badRequests) {
  test(`no request: ${JSON.stringify(text)}`, () => {
    assert.throws(() => readRequestHead(text), Malformed);
  });
}

test("no control byte but tab may stand in a value, of a request, an answer or a trailer", () => {
  const codes = [...Array(32).keys(), 127].filter((code) => code !== 9);
  for (const code of codes) {
    const field = `A: b${String.fromCharCode(code)}c\r\n\r\n`;
    assert.throws(() => readRequestHead(`GET / HTTP/1.1\r\n${field}`), Malformed, `${code}`);
    assert.throws(() => readResponseHead(`HTTP/1.1 200 OK\r\n${field}`), Malformed, `${code}`);
    assert.throws(() => decode(`0\r\n${field}`), Malformed, `${code}`);
  }
  assert.deepEqual(readRequestHead("GET / HTTP/1.1\r\nA: b\tc\r\n\r\n").fields, ["A", "b\tc"]);
});

for (const line of [
  "HTTP/2.0 200 OK",
  "HTTP/1.1 099 Low",
  "HTTP/1.1 20 OK",
  "HTTP/1.1 2000 OK",
  "HTTP/1.1  200 OK",
  "ICY 200 OK",
]) {
  test(`no answer: ${line}`, () => {
    assert.throws(() => readResponseHead(`${line}\r\n\r\n`), Malformed);
  });
}

test("a head is the same in any pieces, and what is behind it is left", () => {
  const head = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
  for (let size = 1; size <= head.length + 8; size++) {
    const stream = bytes(`\r\n\r\n${head}rest`);
    const reader = requests();
    let end = -1;
    let at = 0;
    for (; end < 0; at += size) end = reader.push(stream.subarray(at, at + size), 0);
    assert.equal(reader.text.trimStart(), head, `pieces of ${size}`);
    assert.equal(reader.hasBegun, false);
    assert.match(stream.toString("latin1", at - size + end), /^(rest)?$|^r/, `pieces of ${size}`);
  }
});

test("nothing but whole empty lines is skipped before a head", () => {
  const head = "GET / HTTP/1.1\r\n\r\n";
  for (const before of ["\n", "\r", "\r\r\n", "\n\r\n", "\r\n\n", " ", "\t", "\0", "\r\n "]) {
    const read = (pieces: string[]) => {
      const reader = requests();
      for (const piece of pieces) if (reader.push(bytes(piece), 0) >= 0) readRequestHead(reader.text);
    };
    assert.throws(() => read([before + head]), Malformed, JSON.stringify(before));
    assert.throws(() => read([...(before + head)]), Malformed, JSON.stringify(before));
  }
});

for (const [name, text, excess] of [
  ["a first line", `GET /${"a".repeat(300)}`, "target"],
  ["fields", `GET / HTTP/1.1\r\nA: ${"a".repeat(300)}`, "head"],
  ["a whole head", `GET / HTTP/1.1\r\nA: ${"a".repeat(300)}\r\n\r\n`, "head"],
] as const) {
  test(`${name} above the limit is refused, in one piece and in many`, () => {
    const isExcess = (error: Malformed) => error.excess === excess;
    assert.throws(() => requests().push(bytes(text), 0), isExcess);
    const reader = requests();
    assert.throws(() => {
      for (const char of text) reader.push(bytes(char), 0);
    }, isExcess);
  });
}

test("another protocol, a bare line end and a control byte are refused before the head is complete", () => {
  for (const text of [
    "SSH-2.0-x\r\n",
    "\x16\x03\x01",
    "GET / HTTP/1.1\n",
    "GET / HTTP/1.1\r\nA: b\rc",
    "GET a b",
    "{}",
  ]) {
    assert.throws(() => requests().push(bytes(text), 0), Malformed, text);
    const reader = requests();
    assert.throws(() => {
      for (const char of text) reader.push(bytes(char), 0);
    }, Malformed);
  }
  assert.equal(requests().push(bytes("GET / HTTP/1.1\r\nA: b\r"), 0), -1);
});

/** Reads a chunked body in pieces. */
function decode(
  text: string,
  size = text.length,
): { content: string; trailers: readonly string[]; rest: string } | undefined {
  const body = new BodyReader("chunked", 0);
  let content = "";
  for (let at = 0; at < text.length; at += size) {
    const piece = bytes(text).subarray(at, at + size);
    const end = body.push(piece, 0, (data) => {
      content += data.toString("latin1");
    });
    if (body.isDone) return { content, trailers: body.trailers, rest: text.slice(at + end) };
    assert.equal(end, piece.length);
  }
  return undefined;
}

test("a chunked body is the same in any pieces; extensions are dropped, trailers kept, what follows is left", () => {
  const text = '5\r\nhello\r\n0006;a=b;c="d;e"\r\n world\r\n00\r\nX: 1\r\nx: 2 \r\n\r\nGET';
  for (let size = 1; size <= text.length; size++) {
    const read = decode(text, size);
    assert.equal(read?.content, "hello world");
    assert.deepEqual(read?.trailers, ["X", "1", "x", "2"]);
    assert.ok("GET".startsWith(read?.rest.slice(0, 3) ?? "?") || read?.rest === "GET", `pieces of ${size}`);
  }
});

for (const text of [
  "\r\n",
  "0x3\r\nabc\r\n0\r\n\r\n",
  "+3\r\nabc\r\n0\r\n\r\n",
  "3 \r\nabc\r\n0\r\n\r\n",
  " 3\r\nabc\r\n0\r\n\r\n",
  "3\nabc\r\n0\r\n\r\n",
  "3\r\nabc\n0\r\n\r\n",
  "3\r\nabcd\r\n0\r\n\r\n",
  "3\r\nab\r\n0\r\n\r\n",
  "3\r\nabc0\r\n\r\n",
  "3\r\nabcde0\r\n\r\n",
  "3\r\nabc\rx0\r\n\r\n",
  "3;a\rb\r\nabc\r\n0\r\n\r\n",
  "3;a\0\r\nabc\r\n0\r\n\r\n",
  "ffffffffffffff\r\n",
  "0\r\nA\r\n\r\n",
  "0\r\nA: b\n\r\n\r\n",
  "0\r\nContent-Length: 3\r\n\r\n",
  "0\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n",
  "0\r\nCONTENT-length: 3\r\n\r\n",
]) {
  test(`no chunked body: ${JSON.stringify(text)}`, () => {
    assert.throws(() => decode(text), Malformed);
  });
}

test("a chunk of more than 4 GiB is as long as it says, and not shorter by a power of two", () => {
  for (const size of ["100000003", "1000000000003"]) {
    assert.equal(decode(`${size}\r\nabc\r\n0\r\n\r\n`), undefined, "the body goes on");
  }
  assert.throws(() => decode("10000000000003\r\nabc\r\n0\r\n\r\n"), Malformed, "no exact number any more");
});

test("chunk extensions and trailers are bounded, over all chunks together", () => {
  const excessOf = (text: string) => {
    try {
      decode(text, 1000);
    } catch (error) {
      return (error as Malformed).excess;
    }
    return undefined;
  };
  assert.equal(excessOf(`1;${"a".repeat(17_000)}`), "chunk extensions");
  assert.equal(excessOf(`1;${"a".repeat(1000)}\r\nx\r\n`.repeat(17)), "chunk extensions");
  assert.equal(excessOf(`0\r\n${"A: b\r\n".repeat(6000)}`), "trailers");
});

test("how an answer is framed", () => {
  const of = (fields: string[], { method = "GET", status = 200, version = "1.1" } = {}) =>
    responseFraming({ status, version, phrase: "", fields }, method);
  assert.deepEqual(of(["Content-Length", "5"]), { framing: "length", length: 5, keepsAlive: true });
  assert.equal(of(["Transfer-Encoding", "Chunked"]).framing, "chunked");
  assert.deepEqual(of([]), { framing: "close", length: 0, keepsAlive: false });
  assert.equal(of(["Content-Length", "5"], { method: "HEAD" }).framing, "none");
  assert.equal(of([], { status: 204 }).framing, "none");
  assert.equal(of(["Transfer-Encoding", "chunked"], { status: 304 }).framing, "none");
  assert.equal(of(["Content-Length", "5", "Connection", "x, Close"]).keepsAlive, false);
  assert.equal(of(["Content-Length", "5"], { version: "1.0" }).keepsAlive, false);
  assert.equal(of(["Content-Length", "5", "Connection", "Keep-Alive"], { version: "1.0" }).keepsAlive, true);
  for (const fields of [
    ["Content-Length", "5", "Content-Length", "5"],
    ["Content-Length", "5, 5"],
    ["Content-Length", "+5"],
    ["Content-Length", ""],
    ["Content-Length", "0x5"],
    ["Content-Length", "1000000000000005"],
    ["Content-Length", "5", "Transfer-Encoding", "chunked"],
    ["Transfer-Encoding", "gzip, chunked"],
    ["Transfer-Encoding", "chunked", "Transfer-Encoding", "chunked"],
    ["Transfer-Encoding", "identity"],
  ]) {
    assert.throws(() => of(fields), Malformed, fields.join(": "));
  }
  assert.throws(() => of(["Transfer-Encoding", "chunked"], { version: "1.0" }), Malformed);
});
