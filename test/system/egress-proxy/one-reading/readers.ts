import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type IncomingMessage, Server, type ServerResponse } from "node:http";
import { connect } from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import { Duplex } from "node:stream";
import type { TestContext } from "node:test";
import { RawClient } from "../../../egress-proxy/support/raw.ts";
import { startHttpUpstream } from "../../../egress-proxy/support/upstream.ts";
import { atEnd } from "../../../harness/at-end.ts";
import { eventually } from "../../../harness/eventually.ts";
import { freePort } from "../../../harness/ports.ts";
import { temporaryDirectory } from "../../../harness/temporary.ts";

/** A request as some parser understood it. */
export interface ReadRequest {
  readonly method: string;
  readonly target: string;
  readonly hosts: readonly string[];
  /** Bytes of its content. */
  readonly length: number;
}

/** What a parser makes of all bytes of one connection. */
interface Reading {
  readonly requests: ReadRequest[];
  /** The status with which it refused what followed. */
  readonly error?: number | null;
}

export type Reader = (connection: string) => Promise<Reading>;

/** Reads a request of node:http to its end; undefined when it breaks off. */
export function readWhole(request: IncomingMessage): Promise<ReadRequest | undefined> {
  let length = 0;
  request.on("data", (chunk: Buffer) => {
    length += chunk.length;
  });
  return new Promise((resolve) => {
    request.once("error", () => resolve(undefined));
    request.once("end", () => {
      const { method = "", url = "", rawHeaders } = request;
      const hosts = rawHeaders.filter((_, index) => rawHeaders[index - 1]?.toLowerCase() === "host" && index % 2 === 1);
      resolve({ method, target: url, hosts, length });
    });
  });
}

/** Bytes that come, and nobody who takes the answer. */
class OneWay extends Duplex {
  override _read(): void {}
  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    done();
  }
}

/** The parser of Node: llhttp. */
export const nodeReader: Reader = (connection) =>
  new Promise((resolve, reject) => {
    const reading: { requests: ReadRequest[]; error?: number } = { requests: [] };
    const server = new Server();
    const take = async (request: IncomingMessage, response?: ServerResponse) => {
      const whole = await readWhole(request);
      if (whole) reading.requests.push(whole);
      response?.end();
    };
    for (const event of ["request", "checkContinue", "checkExpectation"]) server.on(event, take);
    // What is behind the head is not HTTP any more if the upgrade is agreed to; here it is not.
    server.on("upgrade", async (request: IncomingMessage, _socket, rest: Buffer) => {
      request.resume();
      await take(request);
      const { requests, error } = await nodeReader(rest.toString("latin1"));
      reading.requests.push(...requests);
      resolve({ ...reading, ...(error !== undefined && { error }) });
    });
    server.on("clientError", () => {
      reading.error = 400;
      resolve(reading);
    });
    const socket = new OneWay();
    socket.once("finish", () => resolve(reading));
    setTimeout(reject, 10_000, new Error(`node:http waits for more of ${JSON.stringify(connection)}`)).unref();
    server.emit("connection", socket);
    socket.push(Buffer.from(connection, "latin1"));
  });

/** The parser of Python's http.server. */
export function pythonReader(t: Pick<TestContext, "after">): Reader {
  const child = spawn("/usr/bin/python3", [path.join(import.meta.dirname, "reader.py")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  atEnd(t, () => child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async (connection) => {
    child.stdin.write(`${Buffer.from(connection, "latin1").toString("hex")}\n`);
    const { value = "" } = await lines.next();
    return JSON.parse(value) as Reading;
  };
}

/** Squid in front of a server, as it would be behind a route: what it sends on is what it read. */
export async function squidReader(t: Pick<TestContext, "after">): Promise<Reader> {
  let requests: ReadRequest[] = [];
  const origin = await startHttpUpstream(t, async (request, response) => {
    const whole = await readWhole(request);
    if (whole) requests.push(whole);
    response.end("ok");
  });
  const port = await startSquid(t, origin.port);
  return async (connection) => {
    requests = [];
    const text = await new RawClient(port).send(connection).end();
    const [, error] = /^HTTP\/1\.1 (4\d\d|501) /.exec(text) ?? [];
    return { requests, ...(error !== undefined && { error: Number(error) }) };
  };
}

async function startSquid(t: Pick<TestContext, "after">, originPort: number): Promise<number> {
  const port = await freePort("127.0.0.1");
  const directory = temporaryDirectory(t);
  const file = path.join(directory, "squid.conf");
  writeFileSync(
    file,
    `http_port 127.0.0.1:${port} accel vhost
cache_peer 127.0.0.1 parent ${originPort} 0 no-query no-digest originserver
never_direct allow all
http_access allow all
cache deny all
server_persistent_connections off
request_header_max_size 128 KB
access_log none
cache_log /dev/null
cache_store_log none
pid_filename none
shutdown_lifetime 0 seconds
coredump_dir ${directory}
`,
  );
  const squid = spawn("/usr/sbin/squid", ["-N", "-f", file], { stdio: "ignore" });
  atEnd(t, async () => {
    squid.kill("SIGKILL");
    if (squid.exitCode === null && squid.signalCode === null) await once(squid, "exit");
  });
  await eventually(
    async () => {
      const socket = connect(port, "127.0.0.1");
      await once(socket, "connect").finally(() => socket.destroy());
    },
    { ms: 20_000 },
  );
  return port;
}
