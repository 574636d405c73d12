import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from "node:http2";
import { systemCode } from "@outrigger/runtime/errors";
import { CheckFailure } from "../failure.ts";
import type { Check } from "./check.ts";
import { type Endpoint, openSocket } from "./connection.ts";
import { encodeRequest, readStatus, SERVING, STATUS_NAMES } from "./grpc-messages.ts";

export interface GrpcSpec extends Endpoint {
  type: "grpc";
  /** The service asked about; empty: the server as a whole. */
  service: string;
}

const NOT_FOUND = "5";
const UNIMPLEMENTED = "12";

const MOST_BYTES = 64 * 1024;

/** Good when `grpc.health.v1.Health/Check` says SERVING (gRPC health checking protocol), over plain HTTP/2. */
export function createGrpcCheck(spec: GrpcSpec): Check {
  return {
    async run(signal) {
      const { connect } = await import("node:http2");
      signal.throwIfAborted();
      const socket = openSocket(spec);
      signal.addEventListener("abort", () => socket.destroy(), { once: true });
      const session = connect(`http://${authority(spec)}`, { createConnection: () => socket });
      try {
        judge(spec, await call(session, spec.service));
      } finally {
        session.destroy();
        socket.destroy();
      }
    },
  };
}

function authority({ host, port }: GrpcSpec): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

interface Answer {
  status: number;
  /** `grpc-status` and `grpc-message`, from the trailers, or from the headers when there is nothing else. */
  code: string | undefined;
  message: string;
  body: Buffer;
}

function call(session: ClientHttp2Session, service: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    session.on("error", (error) => reject(notGrpc(error)));
    session.on("close", () => reject(new CheckFailure("connection closed", "the server closed the connection")));
    const stream: ClientHttp2Stream = session.request({
      ":method": "POST",
      ":path": "/grpc.health.v1.Health/Check",
      "content-type": "application/grpc",
      te: "trailers",
    });
    let headers: IncomingHttpHeaders & { ":status"?: number | undefined } = {};
    let trailers: IncomingHttpHeaders = {};
    const chunks: Buffer[] = [];
    let length = 0;
    stream.on("response", (received) => {
      headers = received;
    });
    stream.on("trailers", (received) => {
      trailers = received;
    });
    stream.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= MOST_BYTES) chunks.push(chunk);
      else reject(new CheckFailure("invalid answer", "the answer is too long for a health status"));
    });
    stream.on("error", (error) => reject(notGrpc(error)));
    stream.on("end", () => {
      const said = trailers["grpc-status"] === undefined ? headers : trailers;
      resolve({
        status: headers[":status"] ?? 0,
        code: said["grpc-status"]?.toString(),
        message: said["grpc-message"]?.toString() ?? "",
        body: Buffer.concat(chunks),
      });
    });
    stream.end(encodeRequest(service));
  });
}

function judge({ service }: GrpcSpec, { status, code, message, body }: Answer): void {
  if (code === NOT_FOUND)
    throw new CheckFailure("unknown service", `the server does not know the service "${service}"`);
  if (code === UNIMPLEMENTED) {
    throw new CheckFailure("not implemented", "the server does not implement grpc.health.v1.Health");
  }
  if (code === undefined)
    throw new CheckFailure("not gRPC", `the server answers HTTP status ${status} without a grpc-status`);
  if (code !== "0") throw new CheckFailure(`grpc-status ${code}`, `grpc-status ${code}: ${message || "no message"}`);
  const health = readStatus(body);
  if (health === SERVING) return;
  const name = health === undefined ? undefined : (STATUS_NAMES[health] ?? String(health));
  if (name === undefined) throw new CheckFailure("invalid answer", "the answer is not a HealthCheckResponse");
  throw new CheckFailure(name, `the service says ${name}`);
}

/** Errors of the connection speak for themselves; those of the protocol mean that the server speaks another. */
function notGrpc(error: Error): Error {
  // A stream on a connection that could not be made is "canceled", and names the true reason as its cause.
  const { cause } = error;
  if (cause instanceof Error) return notGrpc(cause);
  if (!systemCode(error)?.startsWith("ERR_HTTP2")) return error;
  return new CheckFailure("not gRPC", `the server does not speak gRPC: ${error.message}`, error);
}
