import { CheckFailure } from "../failure.ts";
import type { Check } from "./check.ts";
import type { Endpoint, TlsOptions } from "./connection.ts";
import { converse, type Reader } from "./conversation.ts";

export interface RedisSpec extends Endpoint {
  type: "redis";
  username?: { reveal(): string } | undefined;
  password?: { reveal(): string } | undefined;
  tls?: TlsOptions | undefined;
}

/** Good when the server answers a PING, or asks for the password that it was not given: then it serves others. */
export function createRedisCheck({ host, port, username, password, tls }: RedisSpec): Check {
  return {
    run: (signal) =>
      converse(
        { host, port },
        signal,
        async (server) => {
          if (password !== undefined) {
            const user = username === undefined ? [] : [username.reveal()];
            server.send(command("AUTH", ...user, password.reveal()));
            const answer = await server.receive(readLine);
            if (answer !== "+OK") throw refusal(answer);
          }
          server.send(command("PING"));
          const answer = await server.receive(readLine);
          if (answer === "+PONG" || (password === undefined && answer.startsWith("-NOAUTH"))) return;
          throw refusal(answer);
        },
        tls,
      ),
  };
}

/** A command as an array of bulk strings (RESP2). */
function command(...words: string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`;
}

/** One line of an answer, without its end. */
export const readLine: Reader<string> = (received) => {
  const end = received.indexOf("\r\n");
  return end < 0 ? undefined : { value: received.toString("utf8", 0, end), length: end + 2 };
};

function refusal(answer: string): CheckFailure {
  // The first word of an error is its code, such as LOADING; the rest may tell more than everybody should know.
  const [, code] = /^-([A-Z]+)\b/.exec(answer) ?? [];
  return new CheckFailure(code ?? "invalid answer", `the server says: ${answer}`);
}
