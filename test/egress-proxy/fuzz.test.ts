// Mutated requests over raw sockets. Two upstreams record everything: one is allowed, the other must never be reached;
// what the allowed one gets must be whole requests for it, however the client's bytes were meant.
import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { before, test } from "node:test";
import fc from "fast-check";
import { mutateText, pick, seededRandom } from "./support/mutate.ts";
import { type RunningProxy, startProxy } from "./support/proxy.ts";
import { sendEach } from "./support/raw.ts";
import { fileScope } from "./support/scope.ts";
import { startHttpUpstream, startUpstream, type Upstream } from "./support/upstream.ts";

const t = fileScope();
const seen: IncomingMessage[] = [];
let errors: Error[] = [];
let answered = 0;
let allowed = 0;
let forbidden: Upstream;
let proxy: RunningProxy;

before(async () => {
  const { port, server } = await startHttpUpstream(t, (request, response) => {
    seen.push(request);
    request.resume().on("end", () => response.end("ok"));
    request.on("error", () => {});
  });
  server.on("clientError", (error, socket) => {
    errors.push(error);
    socket.destroy();
  });
  allowed = port;
  forbidden = await startUpstream(t);
  proxy = await startProxy(t, {
    allow: [{ host: "127.0.0.1", ports: [allowed], methods: ["GET", "POST"], paths: ["/ok/**"] }],
    timeouts: { headers: "500ms" },
    audit: "off",
  });
});

const seeds = (): string[] => {
  const good = `http://127.0.0.1:${allowed}/ok/x`;
  const bad = `http://127.0.0.1:${forbidden.port}/ok/x`;
  const tail = `GET ${bad} HTTP/1.1\r\nHost: a\r\n\r\n`;
  return [
    `GET ${good} HTTP/1.1\r\nHost: a\r\nA: b\r\n\r\n${tail}`,
    `POST ${good} HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello${tail}`,
    `POST ${good} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n${tail}`,
    `GET ${good} HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X\r\nX: 1\r\nUpgrade: websocket\r\n\r\n${tail}`,
    `CONNECT 127.0.0.1:${allowed} HTTP/1.1\r\nHost: a\r\n\r\n${tail}`,
  ];
};

const fragments = [
  "\r\n",
  "\n",
  "\r",
  " ",
  "\t",
  "\0",
  "\x0b",
  ":",
  ",",
  ";",
  "0",
  "5",
  "-",
  "+",
  "%2e",
  "..",
  "/",
  "//",
  "@",
  "#",
  "[",
  "]",
  "\xff",
  "\x85",
  "Host: b\r\n",
  "Content-Length: 5\r\n",
  "Content-Length: 6\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Transfer-Encoding:\tchunked\r\n",
  "Transfer-Encoding: xchunked\r\n",
  "Connection: Host, Content-Length\r\n",
  " HTTP/1.1\r\n",
  "http://",
  "\r\n\r\n",
  "0\r\n\r\n",
  "ffffffffffffffff",
];

const mutation = fc.record({
  at: fc.integer({ min: 0, max: 9999 }).map((share) => share / 10_000),
  drop: fc.nat({ max: 6 }),
  insert: fc.constantFrom("", ...fragments),
});
// Unbiased: fast-check prefers small numbers, and a mutation at the start of every request proves little.
const input = fc.noBias(
  fc.record({ seed: fc.nat({ max: 4 }), mutations: fc.array(mutation, { minLength: 1, maxLength: 3 }) }),
);

/** How many connections are open at a time: those that wait for the rest of a body take two seconds to be given up. */
const AT_ONCE = 256;

/** Sends each input on a connection of its own and judges what the two servers got. */
async function sendAll(inputs: readonly string[]): Promise<void> {
  seen.length = 0;
  errors = [];
  await sendEach(proxy.port, inputs, AT_ONCE);
  assert.equal(forbidden.connections.length, 0, "the forbidden upstream was reached");
  // A body that breaks off breaks off at the upstream too; anything else it cannot read is ours to answer for.
  const brokenOff = ["ECONNRESET", "HPE_INVALID_EOF_STATE"];
  const unreadable = errors.filter((error) => !brokenOff.includes((error as NodeJS.ErrnoException).code ?? ""));
  assert.deepEqual(unreadable, []);
  answered += seen.length;
  for (const { method = "", url = "", headers } of seen) {
    assert.match(method, /^(GET|POST)$/);
    assert.match(url, /^\/ok(\/|\?|$)/);
    assert.equal(headers.host, `127.0.0.1:${allowed}`);
    assert.doesNotMatch(url.replace(/\?.*/, ""), /\/\/|\/(?:\.|%2e)+(?:[/;]|$)/i);
  }
}

function assertAlive(): void {
  assert.equal(proxy.tool.running, true);
  assert.equal(proxy.tool.logs.filter(({ level }) => level === "error").length, 0);
}

test("no mutation of a request reaches another upstream, another path or another method", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(input, { minLength: 16, maxLength: 16 }), async (inputs) => {
      await sendAll(
        inputs.map(({ seed, mutations }) => {
          let bytes = seeds()[seed]!;
          for (const { at, drop, insert } of mutations) {
            const index = Math.floor(at * bytes.length);
            bytes = bytes.slice(0, index) + insert + bytes.slice(index + drop);
          }
          return bytes;
        }),
      );
    }),
    { numRuns: 60, endOnFailure: true },
  );
  assert.ok(answered > 50, `only ${answered} requests got through: the mutations are too wild to prove anything`);
  assertAlive();
});

test("nor do thousands of mutated pipelines of a byte mutator", async () => {
  const random = seededRandom();
  const pipelines = Array.from({ length: 6000 }, () => {
    const good = pick(random, seeds());
    return mutateText(random, good + pick(random, seeds()), fragments);
  });
  await sendAll(pipelines);
  assertAlive();
});
