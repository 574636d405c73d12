import { CheckFailure } from "../failure.ts";
import type { Check } from "./check.ts";
import type { Endpoint, TlsOptions } from "./connection.ts";
import { converse, type Reader } from "./conversation.ts";

export interface PostgresSpec extends Endpoint {
  type: "postgres";
  user: string;
  database?: string | undefined;
  tls?: TlsOptions | undefined;
}

// Codes of the frontend/backend protocol (PostgreSQL documentation, "Message Formats").
const PROTOCOL_3_0 = 196_608;
const SSL_REQUEST = 80_877_103;

/** Good when the server accepts connections: it asks who we are, lets us in, or knows neither the user nor the database. */
export function createPostgresCheck({ host, port, user, database, tls }: PostgresSpec): Check {
  return {
    run: (signal) =>
      converse({ host, port }, signal, async (server) => {
        if (tls !== undefined) {
          server.send(sslRequest());
          if ((await server.receive(readByte)) !== "S")
            throw new CheckFailure("no TLS", "the server does not offer TLS");
          await server.secure(tls);
        }
        // A whole message, because the server logs an "incomplete startup packet" otherwise.
        server.send(startupMessage(user, database));
        for (;;) {
          const message = await server.receive(readMessage);
          if (message.type === "R") return server.send(TERMINATE);
          if (message.type === "E") return judgeError(errorFields(message.body));
          // Notices and negotiation come before the answer proper.
          if (message.type !== "N" && message.type !== "v") throw notPostgres();
        }
      }),
  };
}

const TERMINATE = Buffer.from([0x58, 0, 0, 0, 4]);

/** Class 28 is a refused authorization, 3D an unknown database (SQLSTATE): whoever says so accepts connections. */
function judgeError(fields: ReadonlyMap<string, string>): void {
  const code = fields.get("C") ?? "";
  if (/^(28|3D)/.test(code)) return;
  throw new CheckFailure(`SQLSTATE ${code}`, `SQLSTATE ${code}: ${fields.get("M") ?? "no message"}`);
}

function sslRequest(): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeInt32BE(8, 0);
  bytes.writeInt32BE(SSL_REQUEST, 4);
  return bytes;
}

function startupMessage(user: string, database: string | undefined): Buffer {
  const parameters = ["user", user, ...(database === undefined ? [] : ["database", database])];
  const body = Buffer.from(`${parameters.map((text) => `${text}\0`).join("")}\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + body.length, 0);
  head.writeInt32BE(PROTOCOL_3_0, 4);
  return Buffer.concat([head, body]);
}

const readByte: Reader<string> = (received) =>
  received.length === 0 ? undefined : { value: received.toString("latin1", 0, 1), length: 1 };

export interface Message {
  /** One letter. */
  type: string;
  body: Buffer;
}

// An answer to a startup message is short; a larger length belongs to another protocol.
const LONGEST_MESSAGE = 30_000;

/** One message: a letter, a length that counts itself, a body. */
export const readMessage: Reader<Message> = (received) => {
  if (received.length < 5) return undefined;
  const length = received.readUInt32BE(1);
  if (length < 4 || length > LONGEST_MESSAGE) throw notPostgres();
  if (received.length < 1 + length) return undefined;
  const type = received.toString("latin1", 0, 1);
  return { value: { type, body: received.subarray(5, 1 + length) }, length: 1 + length };
};

/** The fields of an ErrorResponse by their letter: C is the SQLSTATE, M the message. */
export function errorFields(body: Buffer): Map<string, string> {
  const fields = body.toString("utf8").split("\0").filter(Boolean);
  return new Map(fields.map((field) => [field[0]!, field.slice(1)]));
}

function notPostgres(): CheckFailure {
  return new CheckFailure("invalid answer", "the server does not speak PostgreSQL's protocol");
}
