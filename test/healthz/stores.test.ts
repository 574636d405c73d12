import assert from "node:assert/strict";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { eventually } from "../harness/eventually.ts";
import { startHealthz, verdictOf } from "./healthz.ts";

const QUICK = { interval: "50ms", timeout: "10s", fall: 1 };

/** A server that does what the listener says with each connection; the result is its address. */
async function startServer(t: TestContext, listener: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    listener(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(t, () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Sends these bytes one by one, each in a packet of its own. */
function trickle(socket: Socket, bytes: Buffer): void {
  socket.setNoDelay(true);
  let sent = 0;
  const timer = setInterval(() => {
    if (sent === bytes.length || socket.destroyed) clearInterval(timer);
    else socket.write(bytes.subarray(sent, ++sent));
  }, 1);
}

const redisAnswers: [answer: string, expected: RegExp][] = [
  ["+PONG\r\n", /^OK$/],
  ["-NOAUTH Authentication required.\r\n", /^OK$/],
  ["-LOADING Redis is loading the dataset in memory\r\n", /^the server says: -LOADING/],
  ["-ERR max number of clients reached\r\n", /^the server says: -ERR max number/],
  ["HTTP/1.1 400 Bad Request\r\n", /^the server says: HTTP/],
  ["", /^the server closed the connection$/],
];

test("Redis: PONG and a missing password are good, everything else fails with its line, in whatever pieces", async (t) => {
  const addresses = await Promise.all(
    redisAnswers.map(([answer]) =>
      startServer(t, (socket) =>
        answer === "" ? socket.end() : socket.once("data", () => trickle(socket, Buffer.from(answer))),
      ),
    ),
  );
  const checks = Object.fromEntries(addresses.map((redis, index) => [`c${index}`, { redis, ...QUICK }]));
  const healthz = await startHealthz(t, { checks });
  for (const [index, [, expected]] of redisAnswers.entries())
    assert.match(await verdictOf(healthz, `c${index}`), expected);
});

test("Redis: a password is sent first, and a refused one fails", async (t) => {
  const seen: string[] = [];
  const address = await startServer(t, (socket) =>
    socket.on("data", (data) => {
      seen.push(String(data));
      socket.write(String(data).includes("AUTH") ? "-WRONGPASS invalid username-password pair\r\n" : "+PONG\r\n");
    }),
  );
  const redis = { address, username: "me", password: "env:REDIS_PASSWORD" };
  const healthz = await startHealthz(t, { checks: { it: { redis, ...QUICK } } }, { env: { REDIS_PASSWORD: "s3cret" } });
  assert.match(await verdictOf(healthz, "it"), /^the server says: -WRONGPASS/);
  assert.equal(seen[0], "*3\r\n$4\r\nAUTH\r\n$2\r\nme\r\n$6\r\ns3cret\r\n");
});

/** An ErrorResponse of PostgreSQL. */
function postgresError(code: string, message: string): Buffer {
  const body = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
  return messageOf("E", body);
}

function messageOf(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, "latin1");
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const postgresAnswers: [answer: Buffer, expected: RegExp][] = [
  [messageOf("R", Buffer.from([0, 0, 0, 10])), /^OK$/],
  [messageOf("R", Buffer.from([0, 0, 0, 0])), /^OK$/],
  [Buffer.concat([messageOf("N", Buffer.from("SNOTICE\0\0")), messageOf("R", Buffer.from([0, 0, 0, 0]))]), /^OK$/],
  [postgresError("28000", "no pg_hba.conf entry"), /^OK$/],
  [postgresError("28P01", "password authentication failed"), /^OK$/],
  [postgresError("3D000", 'database "x" does not exist'), /^OK$/],
  [
    postgresError("57P03", "the database system is starting up"),
    /^SQLSTATE 57P03: the database system is starting up$/,
  ],
  [postgresError("53300", "sorry, too many clients already"), /^SQLSTATE 53300/],
  [Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"), /^the server does not speak PostgreSQL's protocol$/],
];

test("PostgreSQL: a server that asks or refuses accepts connections, one that starts or is full does not", async (t) => {
  const addresses = await Promise.all(
    postgresAnswers.map(([answer]) => startServer(t, (socket) => socket.once("data", () => trickle(socket, answer)))),
  );
  const checks = Object.fromEntries(addresses.map((postgres, index) => [`c${index}`, { postgres, ...QUICK }]));
  const healthz = await startHealthz(t, { checks });
  for (const [index, [, expected]] of postgresAnswers.entries()) {
    assert.match(await verdictOf(healthz, `c${index}`), expected, `answer ${index}`);
  }
});

test("PostgreSQL: the start-up message is whole, with user and database", async (t) => {
  const seen: Buffer[] = [];
  const address = await startServer(t, (socket) => socket.on("data", (data) => seen.push(data)));
  await startHealthz(t, { checks: { it: { postgres: { address, user: "me", database: "app" }, interval: "1h" } } });
  await eventually(() => assert.ok(seen.length > 0));
  const message = seen[0]!;
  assert.equal(message.readInt32BE(0), message.length);
  assert.equal(message.readInt32BE(4), 196_608);
  assert.equal(message.toString("utf8", 8), "user\0me\0database\0app\0\0");
});

test("PostgreSQL: TLS that is not offered fails", async (t) => {
  const address = await startServer(t, (socket) => socket.once("data", () => socket.write("N")));
  const healthz = await startHealthz(t, { checks: { it: { postgres: { address, tls: true }, ...QUICK } } });
  assert.equal(await verdictOf(healthz, "it"), "the server does not offer TLS");
});

test("a silent server is a timeout, for every protocol", async (t) => {
  const address = await startServer(t, () => {});
  const given = { ...QUICK, timeout: "200ms" };
  const healthz = await startHealthz(t, {
    checks: {
      redis: { redis: address, ...given },
      postgres: { postgres: address, ...given },
      grpc: { grpc: address, ...given },
      metric: { metric: { url: `http://${address}/`, name: "x" }, ...given },
    },
  });
  for (const name of ["redis", "postgres", "grpc", "metric"]) {
    assert.equal(await verdictOf(healthz, name), "timeout: no result within 200 ms", name);
  }
});
