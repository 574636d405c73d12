// Request smuggling, as a differential: whatever the proxy sends on is read by other parsers as exactly the one request that
// its verdict was about.
import assert from "node:assert/strict";
import { METHODS } from "node:http";
import type { Socket } from "node:net";
import { test } from "node:test";
import { seededRandom } from "../../egress-proxy/support/mutate.ts";
import { startProxy } from "../../egress-proxy/support/proxy.ts";
import { sendEach } from "../../egress-proxy/support/raw.ts";
import { startHttpUpstream, startUpstream } from "../../egress-proxy/support/upstream.ts";
import type { LogRecord } from "../../harness/tool.ts";
import { ambiguousRequests, mutated } from "./one-reading/ambiguous.ts";
import {
  nodeReader,
  pythonReader,
  type Reader,
  type ReadRequest,
  readWhole,
  squidReader,
} from "./one-reading/readers.ts";

const MUTATIONS = 2500;
/** Connections at a time. */
const AT_ONCE = 16;
const seed = Number(process.env.TEST_SEED ?? 1);

/** All bytes of a connection to the upstream, and the one request that the proxy judged. */
interface Forwarded {
  readonly bytes: string;
  readonly request: ReadRequest;
}
const forwarded: Forwarded[] = [];

/** Of llhttp's complaints, those that say nothing about the proxy: unknown methods, 16 KiB of head, a client that broke off. */
const OWN_LIMITS: ReadonlySet<string | undefined> = new Set([
  "HPE_INVALID_METHOD",
  "HPE_HEADER_OVERFLOW",
  "HPE_INVALID_EOF_STATE",
]);

test(`ambiguous requests and ${MUTATIONS} mutations (seed ${seed}): what arrives is what the verdicts were about, request by request`, async (t) => {
  const connections = new Map<Socket, string>();
  const arrived: { socket: Socket; request: ReadRequest | undefined; head: string }[] = [];
  const upstream = await startHttpUpstream(t, async (request, response) => {
    const { method, url, socket } = request;
    arrived.push({ socket, request: await readWhole(request), head: `${method} ${url?.replace(/\?.*/, "")}` });
    // So that a connection brings one request, if it is one.
    response.setHeader("Connection", "close").end("ok");
  });
  upstream.server.on("checkExpectation", (...event) => upstream.server.emit("request", ...event));
  const unreadable: string[] = [];
  upstream.server.on("clientError", ({ code }: NodeJS.ErrnoException, socket: Socket) => {
    if (code?.startsWith("HPE_") && !OWN_LIMITS.has(code)) unreadable.push(`${code}: ${connections.get(socket)}`);
    socket.destroy();
  });
  upstream.server.on("connection", (socket: Socket) => {
    connections.set(socket, "");
    socket.on("data", (chunk: Buffer) => connections.set(socket, connections.get(socket) + chunk.toString("latin1")));
  });
  const forbidden = await startUpstream(t);
  const allowed = `127.0.0.1:${upstream.port}`;
  const proxy = await startProxy(t, { allow: [allowed], audit: "all" });

  const corpus = ambiguousRequests(allowed, `127.0.0.1:${forbidden.port}`);
  const random = seededRandom(seed);
  const inputs = [...corpus, ...Array.from({ length: MUTATIONS }, () => mutated(random, corpus))];
  await sendEach(proxy.port, inputs, AT_ONCE);
  assert.equal(forbidden.connections.length, 0, "the forbidden upstream was reached");
  assert.deepEqual(unreadable, [], "something was forwarded that the upstream cannot read");

  await proxy.tool.stop();
  const known = proxy
    .audit()
    .filter(({ verdict, method }) => verdict === "allowed" && METHODS.includes(String(method)));
  const isWhole = ({ status }: LogRecord) => Number(status) < 400;
  assert.deepEqual(
    arrived.flatMap(({ head, request }) => (request ? `${head} ${request.length}` : [])).sort(),
    known
      .filter(isWhole)
      .map(({ method, path, bytesIn }) => `${method} ${path} ${bytesIn}`)
      .sort(),
  );
  const brokenOff = new Set(known.filter((record) => !isWhole(record)).map(({ method, path }) => `${method} ${path}`));
  for (const { head, request } of arrived) assert.ok(request || brokenOff.has(head), `no verdict about ${head}`);
  for (const { socket, request } of arrived) {
    if (request) forwarded.push({ bytes: connections.get(socket) ?? "", request });
  }
  t.diagnostic(`${inputs.length} connections, ${forwarded.length} requests forwarded whole`);
  assert.ok(forwarded.length > corpus.length / 4, `only ${forwarded.length} were forwarded`);
});

/** Behind every request: whoever finds another end of it finds another request than this one here. */
const SENTINEL = "GET /sentinel HTTP/1.1\r\nHost: sentinel\r\nConnection: close\r\n\r\n";

async function compare(read: Reader, mayRefuse: (bytes: string) => boolean): Promise<number> {
  const seen = new Set<string>();
  let refused = 0;
  for (const { bytes, request } of forwarded) {
    if (seen.has(bytes)) continue;
    seen.add(bytes);
    const { requests, error } = await read(bytes + SENTINEL);
    if (requests.length === 0 && error && mayRefuse(bytes)) refused++;
    else {
      const sentinel = { method: "GET", target: "/sentinel", hosts: ["sentinel"], length: 0 };
      assert.deepEqual(
        { requests, error: error ?? undefined },
        { requests: [request, sentinel], error: undefined },
        JSON.stringify(bytes),
      );
    }
  }
  assert.ok(seen.size > 100, `only ${seen.size} different requests`);
  return refused;
}

test("node:http reads each of them as that one request, and nothing is left over", async () => {
  await compare(nodeReader, () => false);
});

test("so does Python's http.server", async (t) => {
  await compare(pythonReader(t), (bytes) => bytes.split("\r\n").length > 100);
});

test("so does Squid, unless it refuses", async (t) => {
  const refused = await compare(await squidReader(t), () => true);
  t.diagnostic(`Squid refused ${refused}`);
});
