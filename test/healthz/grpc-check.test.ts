import assert from "node:assert/strict";
import { createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { startHealthz, verdictOf } from "./healthz.ts";
import { startTarget, status } from "./target.ts";

const QUICK = { interval: "50ms", timeout: "10s", fall: 1 };

/** A gRPC server that answers with this frame and status, depending on the service's name. */
async function startGrpc(
  t: TestContext,
  answer: (service: string, stream: ServerHttp2Stream) => void,
): Promise<string> {
  const server = createServer();
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  server.on("stream", (stream, headers) => {
    assert.equal(headers[":path"], "/grpc.health.v1.Health/Check");
    assert.equal(headers["content-type"], "application/grpc");
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => answer(Buffer.concat(chunks).toString("utf8", 7), stream));
    stream.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(t, () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Answers with a message, byte by byte, and trailers. */
function reply(stream: ServerHttp2Stream, bytes: number[], trailers: Record<string, string>): void {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers(trailers));
  for (const byte of bytes) stream.write(Buffer.from([byte]));
  stream.end();
}

test("SERVING is good; not serving, an unknown service and a server without health are told apart", async (t) => {
  const grpc = await startGrpc(t, (service, stream) => {
    if (service === "") reply(stream, [0, 0, 0, 0, 2, 8, 1], { "grpc-status": "0" });
    else if (service === "down") reply(stream, [0, 0, 0, 0, 2, 8, 2], { "grpc-status": "0" });
    else if (service === "empty") reply(stream, [], { "grpc-status": "0" });
    else if (service === "refused") reply(stream, [], { "grpc-status": "7", "grpc-message": "go away" });
    // A trailers-only answer, as real servers give it.
    else stream.respond({ ":status": 200, "grpc-status": service === "bare" ? "12" : "5" }, { endStream: true });
  });
  const services = ["", "down", "empty", "refused", "bare", "nope"];
  const checks = Object.fromEntries(services.map((service) => [`s.${service}`, { grpc, service, ...QUICK }]));
  const healthz = await startHealthz(t, { checks });
  const found = await Promise.all(services.map((service) => verdictOf(healthz, `s.${service}`)));
  assert.deepEqual(found, [
    "OK",
    "the service says NOT_SERVING",
    "the answer is not a HealthCheckResponse",
    "grpc-status 7: go away",
    "the server does not implement grpc.health.v1.Health",
    'the server does not know the service "nope"',
  ]);
});

test("a service that recovers is OK again", async (t) => {
  let health = 2;
  const grpc = await startGrpc(t, (_service, stream) =>
    reply(stream, [0, 0, 0, 0, 2, 8, health], { "grpc-status": "0" }),
  );
  const healthz = await startHealthz(t, { checks: { rpc: { grpc, ...QUICK } } });
  await healthz.until("/healthz/rpc", 503);
  health = 1;
  await healthz.until("/healthz/rpc", 200);
});

test("a server that is not gRPC says so", async (t) => {
  const http1 = await startTarget(t, status(200));
  const http2 = await startGrpc(t, (_service, stream) => {
    stream.respond({ ":status": 404 });
    stream.end("not here");
  });
  const healthz = await startHealthz(t, {
    checks: {
      http1: { grpc: `127.0.0.1:${http1.port}`, ...QUICK },
      http2: { grpc: http2, ...QUICK },
      none: { grpc: "127.0.0.1:1", ...QUICK },
    },
  });
  assert.match(await verdictOf(healthz, "http1"), /^the server does not speak gRPC/);
  assert.equal(await verdictOf(healthz, "http2"), "the server answers HTTP status 404 without a grpc-status");
  assert.match(await verdictOf(healthz, "none"), /^connection refused/);
});
