import { either, normalize, object, optional, secret, text, withDefault } from "@outrigger/runtime/schema";
import type { PostgresSpec } from "../checks/postgres.ts";
import type { RedisSpec } from "../checks/redis.ts";
import { parseHostPort, parsePostgres, parseRedis } from "./targets.ts";
import { tlsIfAny } from "./tls.ts";

const address = (defaultPort: number) =>
  normalize(text(`Where it is: HOST or HOST:PORT (default port ${defaultPort}).`, { expected: "HOST:PORT" }), (value) =>
    parseHostPort(value, defaultPort),
  );

/** The value of `redis:` in a check. */
export const redis = either("A Redis server that must answer: HOST:PORT, or a mapping.", [
  normalize(text("Its address.", { expected: "HOST:PORT" }), parseRedis),
  normalize(
    object("A Redis server in full.", {
      address: address(6379),
      username: optional(secret("The user; without one, the default user.")),
      password: optional(secret("The password.")),
      tls: optional(tlsIfAny),
    }),
    ({ address, username, password, tls }): RedisSpec => ({ type: "redis", ...address, username, password, tls }),
  ),
]);

/** The value of `postgres:` in a check. */
export const postgres = either("A PostgreSQL server that must accept connections: HOST:PORT, or a mapping.", [
  normalize(text("Its address.", { expected: "HOST:PORT" }), parsePostgres),
  normalize(
    object("A PostgreSQL server in full.", {
      address: address(5432),
      user: withDefault(
        text("The user that the connection is opened for; it needs no password.", { nonEmpty: true }),
        "postgres",
      ),
      database: optional(text("The database; without one, that of the user's name.", { nonEmpty: true })),
      tls: optional(tlsIfAny),
    }),
    ({ address, ...rest }): PostgresSpec => ({ type: "postgres", ...address, ...rest }),
  ),
]);
