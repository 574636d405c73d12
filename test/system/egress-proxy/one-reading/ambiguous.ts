import { mutateText, pick, type Random } from "../../../egress-proxy/support/mutate.ts";

/** Framing as two readers may differ about it, each with the bytes behind the head. */
const framings: [fields: string, body: string][] = [
  ["", ""],
  ["Content-Length: 0\r\n", ""],
  ["Content-Length: 5\r\n", "hello"],
  ["Content-Length: 5\r\nContent-Length: 5\r\n", "hello"],
  ["Content-Length: 5\r\nContent-Length: 6\r\n", "hello!"],
  ["Content-Length: 5, 5\r\n", "hello"],
  ["Content-Length: +5\r\n", "hello"],
  ["Content-Length: -5\r\n", "hello"],
  ["Content-Length: 5 5\r\n", "hello"],
  ["Content-Length: 0x5\r\n", "hello"],
  ["Content-Length: 5.0\r\n", "hello"],
  ["Content-Length: 05\r\n", "hello"],
  ["Content-Length:\t5\t\r\n", "hello"],
  ["Content-Length:\r\n", ""],
  ["Content-Length: 18446744073709551621\r\n", "hello"],
  ["Content-Length : 5\r\n", "hello"],
  ["Content-Length\t: 5\r\n", "hello"],
  ["Content_Length: 5\r\n", ""],
  ["X-Content-Length: 5\r\n", ""],
  [" Content-Length: 5\r\n", "hello"],
  ["A: b\r\n Content-Length: 5\r\n", "hello"],
  ["A: b\r\n\tc\r\n", ""],
  ["A:\r\n b\r\n", ""],
  ["A: b\nContent-Length: 5\r\n", "hello"],
  ["A: b\rContent-Length: 5\r\n", "hello"],
  ["A: b\r\r\nContent-Length: 5\r\n", "hello"],
  ["A: b\r\n\nContent-Length: 5\r\n", "hello"],
  ["A: b\0Content-Length: 5\r\n", ""],
  ["A: \x85Content-Length: 5\x85\r\n", ""],
  ["A: \x1cB: c\r\n", ""],
  ["A: \x0bB: c\r\n", ""],
  ["A: \x0cB: c\r\n", ""],
  ["A: \xa0\xff\r\n", ""],
  ["A\x85: b\r\n", ""],
  ["A b: c\r\n", ""],
  ["A\r\n", ""],
  [": b\r\n", ""],
  ["From me: b\r\n", ""],
  ["A:\r\nB: \t \r\n", ""],
  ["Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"],
  ["Transfer-Encoding: Chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"],
  ["Transfer-Encoding:chunked \r\n", "5\r\nhello\r\n0\r\n\r\n"],
  ["Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "5\r\nhello\r\n0\r\n\r\n"],
  ["Content-Length: 15\r\nTransfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"],
  ["Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"],
  ["Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"],
  ["Transfer-Encoding: identity\r\nContent-Length: 5\r\n", "hello"],
  ["Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"],
  ["Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"],
  ["Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"],
  ["Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n"],
  ['Transfer-Encoding: "chunked"\r\n', "0\r\n\r\n"],
  ["Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"],
  ["Transfer-Encoding: \x0bchunked\r\n", "0\r\n\r\n"],
  ["Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"],
  ["Transfer-Encoding : chunked\r\n", "0\r\n\r\n"],
  ["Transfer_Encoding: chunked\r\n", ""],
  ["Transfer-Encoding: chunke\u212a\r\n", "0\r\n\r\n"],
  ["TE: trailers, deflate\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n", "0\r\nX: y\r\n\r\n"],
  ["Connection: close, Content-Length\r\nContent-Length: 5\r\n", "hello"],
  ["Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"],
  ["Connection: Host, keep-alive\r\nKeep-Alive: 1\r\n", ""],
  ["Expect: 100-continue\r\nContent-Length: 5\r\n", "hello"],
  ["Expect: something\r\nContent-Length: 5\r\n", "hello"],
  ["Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"],
  ["Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n", ""],
  ["Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 5\r\n", "hello"],
  ["Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n", ""],
  ["Connection: Upgrade\r\nUpgrade: websocket, h2c\r\nTransfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"],
  [`X: ${"y".repeat(30_000)}\r\n`, ""],
  [`X: ${"y".repeat(33_000)}\r\n`, ""],
  ["X: y\r\n".repeat(90), ""],
  ["X: y\r\n".repeat(401), ""],
];

/** Chunked bodies in all the spellings that some reader takes. */
const chunks = [
  "5\r\nhello\r\n0\r\n\r\n",
  "005\r\nhello\r\n000\r\n\r\n",
  "A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n",
  "5;x\r\nhello\r\n0;y=z\r\n\r\n",
  '5;x="a\\"b;c"\r\nhello\r\n0\r\n\r\n',
  '5;x="\r\nhello\r\n0\r\n\r\n',
  "5;\r\nhello\r\n0\r\n\r\n",
  "5 ;x=y\r\nhello\r\n0\r\n\r\n",
  "5; x=y\r\nhello\r\n0\r\n\r\n",
  "5;x=y\nhello\r\n0\r\n\r\n",
  `5;${"x".repeat(20_000)}\r\nhello\r\n0\r\n\r\n`,
  "5 \r\nhello\r\n0\r\n\r\n",
  " 5\r\nhello\r\n0\r\n\r\n",
  "0x5\r\nhello\r\n0\r\n\r\n",
  "+5\r\nhello\r\n0\r\n\r\n",
  "-5\r\nhello\r\n0\r\n\r\n",
  "5_0\r\nhello\r\n0\r\n\r\n",
  "\r\nhello\r\n0\r\n\r\n",
  "5\nhello\r\n0\r\n\r\n",
  "5\rhello\r\n0\r\n\r\n",
  "5\r\nhello\n0\r\n\r\n",
  "5\r\nhello0\r\n\r\n",
  "5\r\nhello!\r\n0\r\n\r\n",
  "10000000000000005\r\nhello\r\n0\r\n\r\n",
  "5\r\nhello\r\n0\r\nX: y\r\n\r\n",
  "5\r\nhello\r\n0\r\nContent-Length: 3\r\n\r\n",
  "5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\nHost: evil.test\r\n\r\n",
  "5\r\nhello\r\n0\r\nHost: evil.test\r\nAuthorization: x\r\n\r\n",
  "5\r\nhello\r\n0\r\nX: y\r\n z\r\n\r\n",
  "5\r\nhello\r\n0\r\nX : y\r\n\r\n",
  "5\r\nhello\r\n0\r\nX: \0\r\n\r\n",
  "5\r\nhello\r\n0\r\n\n",
  "5\r\nhello\r\n0\n\r\n",
  "5\r\nhello\r\n00000000000000000\r\n\r\n",
];

/** Methods as they may stand in the first line. */
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get", "Get", "G=T", "TRACE", "GET\t", ""];
const bodied = ["GET", "POST", "DELETE", "OPTIONS"];
const versions = ["HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "HTTP/0.9", "HTTP/2.0", "http/1.1", "HTTP/1.1 ", "HTTP/01.1", ""];

/** Request targets; `@` stands for the authority of the allowed server, `~` for that of the forbidden one. */
const targets = [
  "http://@/ok",
  "http://@",
  "http://@?a=b",
  "HTTP://@/ok?http://~/",
  "http://@/ok//evil",
  "http://@//~/ok",
  "http://@/ok/../evil",
  "http://@/ok/%2e%2e/evil",
  "http://@/ok\\evil",
  "http://@\\~/",
  "http://@/ok;a=b",
  "http://@/ok#evil",
  "http://@/ok%00%0d%0aX:%20y",
  'http://@/ok"<>^`{|}',
  "http://@/ok HTTP/1.1",
  "http://@/ok\tHTTP/1.1",
  "http://@/\x85ok",
  "http://@/\xe9",
  "http://~@@/ok",
  "http://@@~/ok",
  "http://@:80/ok",
  "http:/@/ok",
  "http:@/ok",
  "//@/ok",
  "/ok",
  "*",
  "@",
  "https://@/ok",
  `http://@/${"x".repeat(7000)}`,
  `http://@/${"x".repeat(17_000)}`,
];

/** Beginnings of a connection before the first line, and line ends of it. */
const openings = ["", "\r\n", "\r\n\r\n", "\n", "\r", " ", "\t", "\0"];

/** What mutations put in. */
const fragments = [
  ..."\r\n\t :,;\0\x0b\x1c\x85\xff-+0",
  "\r\n",
  "\n\n",
  "\r\n\r\n",
  "\r\n ",
  "0\r\n\r\n",
  "Host: evil.test\r\n",
  "Content-Length: 5\r\n",
  "Content-Length: 6\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Transfer-Encoding:\tchunked\r\n",
  "Transfer-Encoding: identity\r\n",
  "Connection: Content-Length\r\n",
  "Expect: 100-continue\r\n",
  " HTTP/1.1",
  "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n",
  "ffffffff",
];

/** Every ambiguous request, each with another one behind it on the same connection. */
export function ambiguousRequests(allowed: string, forbidden: string): string[] {
  const tail = `GET http://${allowed}/tail HTTP/1.1\r\nHost: ${allowed}\r\n\r\n`;
  const request = (line: string, fields: string, body: string) =>
    `${line}\r\nHost: ${forbidden}\r\n${fields}\r\n${body}${tail}`;
  const line = (method: string, target = `http://${allowed}/ok`, version = "HTTP/1.1") =>
    `${method} ${target} ${version}`;
  const spelled = (target: string) => target.replaceAll("~", forbidden).replace("@", allowed);
  return [
    ...framings.flatMap(([fields, body]) => bodied.map((method) => request(line(method), fields, body))),
    ...framings.map(([fields, body]) =>
      request(line("POST", undefined, "HTTP/1.0"), `Connection: keep-alive\r\n${fields}`, body),
    ),
    ...chunks.flatMap((body) => bodied.map((method) => request(line(method), "Transfer-Encoding: chunked\r\n", body))),
    ...methods.flatMap((method) => versions.map((version) => request(line(method, undefined, version), "", ""))),
    ...targets.flatMap((target) =>
      ["GET", "OPTIONS", "POST"].map((method) => request(line(method, spelled(target)), "Content-Length: 0\r\n", "")),
    ),
    ...openings.flatMap((opening) => ["GET", "POST"].map((method) => `${opening}${request(line(method), "", "")}`)),
    `${line("GET")}\r\nHost: a\r\nHost: b\r\n\r\n${tail}`,
    `${line("GET")}\r\n\r\n${tail}`,
    `${line("GET")}\nHost: a\n\n${tail}`,
  ];
}

/** One of the requests with a few changes. */
export function mutated(random: Random, requests: readonly string[]): string {
  return mutateText(random, pick(random, requests), fragments);
}
