// Framing and connection rows of the bypass table: what is one request to us is one request to everybody.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { type RunningProxy, startProxy } from "./support/proxy.ts";
import { exchange, RawClient, statusOf } from "./support/raw.ts";
import { fileScope } from "./support/scope.ts";
import { answering, type Reaction, startUpstream, type Upstream } from "./support/upstream.ts";

const t = fileScope();
let upstream: Upstream;
let proxy: RunningProxy;
let react: Reaction = answering("upstream");

before(async () => {
  upstream = await startUpstream(t, (socket, received, chunk) => react(socket, received, chunk));
  proxy = await startProxy(t, {
    allow: [`localhost:${upstream.port}`, { host: "127.0.0.1", ports: [upstream.port], methods: ["GET"] }],
  });
});

const url = (path = "/") => `http://localhost:${upstream.port}${path}`;

function begin(reaction: Reaction = answering("upstream")): void {
  react = reaction;
  upstream.reset();
}

const refused: [string, string][] = [
  ["Content-Length with Transfer-Encoding", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
  ["Transfer-Encoding with Content-Length", "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"],
  ["two Content-Length fields", "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"],
  ["two different Content-Length fields", "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"],
  ["a list in Content-Length", "Content-Length: 3, 3\r\n\r\nabc"],
  ["a sign in Content-Length", "Content-Length: +3\r\n\r\nabc"],
  ["an empty Content-Length", "Content-Length: \r\n\r\nabc"],
  ["a hexadecimal Content-Length", "Content-Length: 0x3\r\n\r\nabc"],
  ["a Content-Length beyond 2^64", "Content-Length: 18446744073709551619\r\n\r\nabc"],
  ["Transfer-Encoding: xchunked", "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"],
  ["Transfer-Encoding: gzip, chunked", "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"],
  ["Transfer-Encoding: chunked, identity", "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"],
  ["Transfer-Encoding: identity", "Transfer-Encoding: identity\r\n\r\n0\r\n\r\n"],
  ["two Transfer-Encoding fields", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
  ["a vertical tab in Transfer-Encoding", "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n"],
  ["a no-break space in Transfer-Encoding", "Transfer-Encoding: \xa0chunked\r\n\r\n0\r\n\r\n"],
  ["a no-break space in Content-Length", "Content-Length: 3\xa0\r\n\r\nabc"],
  ["a folded field", "A: b\r\n c\r\n\r\n"],
  ["a space before the colon", "Content-Length : 3\r\n\r\nabc"],
  ["a bare LF", "A: b\nC: d\r\n\r\n"],
  ["a bare CR", "A: b\rC: d\r\n\r\n"],
  ["a NUL", "A: b\0c\r\n\r\n"],
  ["a second Host", "Host: evil.test\r\n\r\n"],
];
for (const [name, rest] of refused) {
  test(`${name}: 400, the connection ends, nothing reaches the upstream`, async () => {
    begin();
    const text = await exchange(
      proxy.port,
      `POST ${url()} HTTP/1.1\r\nHost: x\r\n${rest}GET ${url("/smuggled")} HTTP/1.1\r\n\r\n`,
    );
    assert.equal(statusOf(text), 400, text);
    assert.match(text, /\r\nProxy-Status: outrigger; error=http_request_error/);
    assert.equal(text.match(/HTTP\/1\.1 \d{3}/g)?.length, 1, "one answer only");
    assert.equal(upstream.received(), "");
  });
}

test("no Host on 1.1 is 400, on 1.0 it is fine; other versions are refused", async () => {
  begin();
  assert.equal(statusOf(await exchange(proxy.port, `GET ${url()} HTTP/1.1\r\nConnection: close\r\n\r\n`)), 400);
  assert.equal(statusOf(await exchange(proxy.port, `GET ${url()} HTTP/1.0\r\n\r\n`)), 200);
  for (const version of ["HTTP/2.0", "HTTP/1.2", "HTTP/0.9"]) {
    assert.equal(statusOf(await exchange(proxy.port, `GET ${url()} ${version}\r\nHost: x\r\n\r\n`)), 400, version);
  }
  const chunked = `POST ${url()} HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`;
  assert.equal(statusOf(await exchange(proxy.port, chunked)), 400);
});

for (const method of ["GET", "DELETE", "OPTIONS", "POST"]) {
  test(`a chunked ${method} stays one chunked request (CVE-2026-29057)`, async () => {
    begin((socket, received) => {
      if (received.endsWith("0\r\n\r\n")) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    const inner = `GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n`;
    const body = `${inner.length.toString(16)};ext=1\r\n${inner}\r\n0\r\n\r\n`;
    const head = `${method} ${url()} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n`;
    assert.equal(statusOf(await exchange(proxy.port, head + body)), 200);
    assert.match(upstream.received(), /\r\nTransfer-Encoding: chunked\r\n/);
    assert.match(upstream.received(), /\r\n23\r\nGET \/smuggled HTTP\/1\.1\r\nHost: x\r\n\r\n\r\n0\r\n\r\n$/);
    assert.doesNotMatch(upstream.received(), /Content-Length|ext=1/i);
  });
}

for (const size of ["0x3", "+3", "-3", "3 ", " 3", "G", "", "10000000000000000"]) {
  test(`the chunk size ${JSON.stringify(size)} is refused`, async () => {
    begin(() => {});
    const head = `POST ${url()} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const text = await exchange(proxy.port, `${head}${size}\r\nabc\r\n0\r\n\r\n`);
    assert.ok([0, 400].includes(statusOf(text)), text);
    assert.doesNotMatch(upstream.received(), /abc/);
  });
}

test("fields of one hop go, everything else passes in order, spelling, repetition and Latin-1", async () => {
  begin();
  await exchange(
    proxy.port,
    `GET ${url()} HTTP/1.1\r\nx-ONE: 1\r\nHost: evil.test\r\nConnection: close, X-Hop, Host, Content-Length\r\nX-Hop: 1\r\n` +
      "Keep-Alive: 5\r\nProxy-Authorization: Basic abc\r\nProxy-Connection: close\r\nTE: gzip, trailers\r\nUpgrade: h2c\r\n" +
      "HTTP2-Settings: AAMA\r\nX-Two: \xe9\r\nx-ONE: 2\r\n\r\n",
  );
  const host = `Host: localhost:${upstream.port}`;
  const expected = `GET / HTTP/1.1\r\nx-ONE: 1\r\n${host}\r\nTE: trailers\r\nX-Two: \xe9\r\nx-ONE: 2\r\nConnection: keep-alive\r\n\r\n`;
  assert.equal(upstream.received(), expected);
});

test("fields of one hop in an answer go as well, and nothing is added", async () => {
  begin((socket) => {
    const head =
      "HTTP/1.1 200 Fine\r\nX-b: \xe9\r\nConnection: X-Hop\r\nX-Hop: 1\r\nProxy-Authenticate: Basic\r\nKeep-Alive: timeout=5\r\n" +
      "Set-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 2\r\n\r\nok";
    socket.write(Buffer.from(head, "latin1"));
  });
  const text = await exchange(proxy.port, `GET ${url()} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  const head =
    "HTTP/1.1 200 Fine\r\nX-b: \xe9\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 2\r\nConnection: close\r\n\r\n";
  assert.equal(text, `${head}ok`);
});

test("fields of one hop in an interim answer go as well", async () => {
  begin((socket) => {
    socket.write(
      "HTTP/1.1 103 Early Hints\r\nConnection: X-Hop\r\nX-Hop: 1\r\nLink: </a>\r\nContent-Length: 5\r\n\r\n",
    );
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  const text = await exchange(proxy.port, `GET ${url()} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  assert.match(text, /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a>\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
});

test("the path and the query are forwarded as they were judged, byte for byte", async () => {
  for (const path of ["/a/../b", "/a/./b//c", "/%61%2f..%2F?x=/../y?z", "/a;b='(c)[d]|{e}?%", "/?", "/a\\b"]) {
    begin();
    assert.equal(statusOf(await exchange(proxy.port, `get ${url(path)} HTTP/1.0\r\n\r\n`)), 200, path);
    assert.equal(upstream.received().split("\r\n")[0], `get ${path} HTTP/1.1`);
  }
});

test("a request that could have a body and has none says so; others say nothing", async () => {
  for (const [method, length] of [
    ["POST", "0"],
    ["PUT", "0"],
    ["PATCH", "0"],
    ["GET", undefined],
    ["HEAD", undefined],
    ["DELETE", undefined],
    ["OPTIONS", undefined],
  ] as const) {
    begin();
    await exchange(proxy.port, `${method} ${url()} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    assert.equal(/\r\nContent-Length: (.*)\r\n/.exec(upstream.received())?.[1], length, method);
    assert.doesNotMatch(upstream.received(), /transfer-encoding/i);
  }
});

test("a rule that limits methods removes fields that would change the method", async () => {
  begin();
  const target = `http://127.0.0.1:${upstream.port}/`;
  const fields =
    "X-HTTP-Method-Override: DELETE\r\nX-HTTP-Method: PUT\r\nX-Method-Override: PATCH\r\nConnection: close\r\n";
  assert.equal(statusOf(await exchange(proxy.port, `GET ${target} HTTP/1.1\r\nHost: x\r\n${fields}\r\n`)), 200);
  assert.doesNotMatch(upstream.received(), /override|X-HTTP-Method/i);
});

test("where another rule grants every method, the fields pass, as they do in report mode without a rule", async (context) => {
  const to = `localhost:${upstream.port}`;
  const limited = { host: "localhost", ports: [upstream.port], methods: ["GET"] };
  const wide = await startProxy(context, { allow: [limited, to] });
  const reporting = await startProxy(context, { mode: "report", guard: { allow: ["127.0.0.0/8", "::1/128"] } });
  for (const { port } of [wide, reporting]) {
    begin();
    const field = "X-Method-Override: PATCH\r\n";
    assert.equal(
      statusOf(await exchange(port, `GET ${url()} HTTP/1.1\r\nHost: x\r\n${field}Connection: close\r\n\r\n`)),
      200,
    );
    assert.match(upstream.received(), /\r\nX-Method-Override: PATCH\r\n/);
  }
});

for (const line of ["GET ftp://a.test/", "GET /", "TRACE http://a.test/", "GET http://a.test:0/"]) {
  test(`what cannot be judged ends the connection, though nothing follows its head: ${line}`, async () => {
    begin();
    const client = new RawClient(proxy.port).send(`${line} HTTP/1.1\r\nHost: x\r\n\r\n`);
    client.send(`GET ${url("/next")} HTTP/1.1\r\nHost: x\r\n\r\n`);
    const text = await client.end();
    assert.match(text, /^HTTP\/1\.1 40[05] .*\r\nConnection: close\r\n/s);
    assert.equal(text.match(/HTTP\/1\.1 \d{3}/g)?.length, 1);
    assert.equal(upstream.received(), "");
  });
}

test("each request of a connection is judged on its own, pipelined or not", async () => {
  begin();
  const ask = (target: string, fields = "") => `GET ${target} HTTP/1.1\r\nHost: x\r\n${fields}\r\n`;
  const client = new RawClient(proxy.port);
  client.send(ask(url("/1")) + ask("http://evil.test/") + ask(url("/2"), "Connection: close\r\n"));
  const answers = (await client.end()).match(/HTTP\/1\.1 \d{3}/g);
  assert.deepEqual(answers, ["HTTP/1.1 200", "HTTP/1.1 403", "HTTP/1.1 200"]);
  assert.doesNotMatch(upstream.received(), /evil/);
});

test("a denied CONNECT leaves the connection for the next request", async () => {
  begin();
  const client = new RawClient(proxy.port).send("CONNECT evil.test:443 HTTP/1.1\r\nHost: x\r\n\r\n");
  await client.until(/403 .*\r\n\r\n.*\}\n/s);
  client.send(`GET ${url("/next")} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  assert.match(await client.end(), /\r\n\r\nupstream$/);
});

for (const [name, version, field] of [
  ["asks for that", "1.1", "Connection: close\r\n"],
  ["speaks HTTP/1.0", "1.0", ""],
] as const) {
  test(`a denied CONNECT ends the connection of a client that ${name}`, async () => {
    const text = await exchange(proxy.port, `CONNECT evil.test:443 HTTP/${version}\r\nHost: x\r\n${field}\r\n`);
    assert.equal(statusOf(text), 403);
    assert.match(text, /\r\nConnection: close\r\n/);
  });
}

test("bytes that come along with a denied CONNECT are no request: the connection ends", async () => {
  begin();
  const early = `GET ${url("/early")} HTTP/1.1\r\nHost: x\r\n\r\n`;
  const text = await exchange(proxy.port, `CONNECT evil.test:443 HTTP/1.1\r\nHost: x\r\n\r\n${early}`);
  assert.match(text, /^HTTP\/1\.1 403 .*\r\nConnection: close\r\n/s);
  assert.equal(text.match(/HTTP\/1\.1 \d{3}/g)?.length, 1);
  assert.equal(upstream.received(), "");
});

test("an answer to HEAD has no body, denied or not, so that the next answer begins where it should", async () => {
  begin((socket, _received, chunk) => {
    const rest = chunk.includes("/next") ? "Content-Length: 4\r\n\r\nnext" : "Transfer-Encoding: chunked\r\n\r\n";
    socket.write(`HTTP/1.1 200 OK\r\n${rest}`);
  });
  for (const target of ["http://evil.test/", url()]) {
    const client = new RawClient(proxy.port).send(`HEAD ${target} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await client.until("\r\n\r\n");
    client.send(`GET ${url("/next")} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    assert.match(await client.end(), /^HTTP\/1\.1 \d{3} [^{]*?\r\n\r\nHTTP\/1\.1 200 OK\r\n[^{]*\r\n\r\nnext$/);
  }
});

for (const status of ["204 No Content", "304 Not Modified"]) {
  test(`${status} has no body, whatever its fields say, so that the next answer begins where it should`, async () => {
    for (const fields of ["", "Transfer-Encoding: chunked\r\n", "Content-Length: 5\r\n"]) {
      begin((socket, _received, chunk) => {
        if (chunk.includes("/next")) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext");
        else socket.write(`HTTP/1.1 ${status}\r\n${fields}\r\n`);
      });
      const client = new RawClient(proxy.port).send(`GET ${url()} HTTP/1.1\r\nHost: x\r\n\r\n`);
      await client.until("\r\n\r\n");
      client.send(`GET ${url("/next")} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      const text = await client.end();
      assert.match(text, /^HTTP\/1\.1 \d04 .*?\r\n\r\nHTTP\/1\.1 200 OK\r\n[^{]*\r\n\r\nnext$/s);
      assert.doesNotMatch(text, /chunked/);
    }
  });
}

test("the body of a denied request is never taken for a request", async () => {
  begin();
  const inner = `GET ${url("/smuggled")} HTTP/1.1\r\nHost: x\r\n\r\n`;
  for (const framing of [
    `Content-Length: ${inner.length}\r\n\r\n${inner}`,
    `Transfer-Encoding: chunked\r\n\r\n${inner.length.toString(16)}\r\n${inner}`,
  ]) {
    const client = new RawClient(proxy.port);
    client.send(`POST http://evil.test/ HTTP/1.1\r\nHost: x\r\n${framing}${inner}`);
    const text = await client.end();
    assert.equal(statusOf(text), 403);
    assert.equal(text.match(/HTTP\/1\.1 \d{3}/g)?.length, 1);
    assert.match(text, /\r\nConnection: close\r\n/);
  }
  assert.equal(upstream.received(), "");
});

test("a denied request with Expect gets its final status at once", async () => {
  const client = new RawClient(proxy.port);
  client.send("POST http://evil.test/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  assert.match(await client.until("\n}\n").catch(() => client.text), /^HTTP\/1\.1 403 /);
});

test("Expect: 100-continue is the upstream's to answer", async () => {
  begin((socket, received) => {
    if (received.endsWith("hello")) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    else if (received.endsWith("\r\n\r\n")) socket.write("HTTP/1.1 100 Continue\r\n\r\n");
  });
  const client = new RawClient(proxy.port);
  client.send(
    `POST ${url()} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n`,
  );
  await client.until("HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hello");
  assert.match(await client.end(), /100 Continue\r\n\r\nHTTP\/1\.1 200 OK.*ok$/s);
});

test("an answer with Content-Length and Transfer-Encoding is 502", async () => {
  begin((socket) =>
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
  );
  const text = await exchange(proxy.port, `GET ${url()} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  assert.equal(statusOf(text), 502);
  assert.match(text, /error=http_protocol_error/);
});

test("bytes after the end of an answer reach nobody and end the upstream connection", async (context) => {
  let first = true;
  const poison = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison";
  const poisoned = await startUpstream(context, (socket, received, chunk) => {
    if (!first) answering("second")(socket, received, chunk);
    else socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok${poison}`);
    first = false;
  });
  const own = await startProxy(context, { allow: [`localhost:${poisoned.port}`] });
  const ask = (fields: string) => `GET http://localhost:${poisoned.port}/ HTTP/1.1\r\nHost: x\r\n${fields}\r\n`;
  const client = new RawClient(own.port).send(ask(""));
  await client.until("\r\n\r\nok");
  const [connection] = poisoned.connections;
  await eventually(() => assert.ok(connection?.readableEnded || connection?.destroyed));
  const text = await client.send(ask("Connection: close\r\n")).end();
  assert.match(text, /second$/);
  assert.doesNotMatch(text, /poison/);
});

test("bytes on a free upstream connection end it, as nobody has asked for them", async (context) => {
  const talkative = await startUpstream(context, answering("first"));
  const own = await startProxy(context, { allow: [`localhost:${talkative.port}`] });
  const request = `GET http://localhost:${talkative.port}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
  assert.match(await exchange(own.port, request), /first$/);
  const [connection] = talkative.connections;
  connection?.write("HTTP/1.1 200 OK\r\n");
  await eventually(() => assert.ok(connection?.readableEnded || connection?.destroyed));
  assert.match(await exchange(own.port, request), /first$/);
  assert.equal(talkative.connections.length, 2);
});

test("fields and answers that Node would not write are refused one by one; the process lives", async () => {
  for (const fields of ["A: \x01\r\n", "A: b\x7f\r\n"]) {
    begin();
    const text = await exchange(proxy.port, `GET ${url()} HTTP/1.1\r\nHost: x\r\n${fields}Connection: close\r\n\r\n`);
    assert.equal(statusOf(text), 400, text);
    assert.equal(upstream.received(), "");
  }
  for (const bytes of [
    "HTTP/1.1 200 OK\r\nA: \x01\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 O\x01K\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 000 Zero\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
  ]) {
    begin((socket) => socket.write(bytes));
    const text = await exchange(proxy.port, `GET ${url()} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    assert.equal(statusOf(text), 502, `${bytes} -> ${text}`);
  }
  begin((socket, received) => {
    const trailers = "X-Bad: \x01\r\nX-Good: 1\r\n";
    if (received.endsWith("\r\n\r\n"))
      socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${trailers}\r\n`);
  });
  await exchange(proxy.port, `GET ${url()} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  assert.equal(proxy.tool.running, true);
});
