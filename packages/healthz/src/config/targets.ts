import { Invalid } from "@outrigger/runtime/schema";
import { registerSecret, Secret } from "@outrigger/runtime/secrets";
import type { Endpoint } from "../checks/connection.ts";
import { isHttpUrl, plainHttp } from "../checks/http-spec.ts";
import type { PostgresSpec } from "../checks/postgres.ts";
import type { RedisSpec } from "../checks/redis.ts";
import type { CheckSpec } from "../checks/registry.ts";

/** What one URL can say; each scheme is a type of check. */
const SCHEMES: Readonly<Record<string, (url: string) => CheckSpec>> = {
  http: (url) => plainHttp(parseHttpUrl(url)),
  https: (url) => plainHttp(parseHttpUrl(url)),
  tcp: (url) => ({ type: "tcp", ...parseHostPort(url) }),
  grpc: parseGrpcUrl,
  redis: parseRedis,
  rediss: parseRedis,
  postgres: parsePostgres,
  postgresql: parsePostgres,
  dns: (url) => ({ type: "dns", name: parseName(url.replace(/^dns:(\/\/)?/i, "")) }),
  file: (url) => ({ type: "file", path: parsePath(url) }),
};

const KNOWN = "http://, https://, tcp://, grpc://, redis://, postgres://, dns:, file:";

/** What a URL may look like, in words. */
export const TARGET_EXPECTED = `a URL (${KNOWN})`;

/** The check that a single URL stands for. Throws `Invalid`. */
export function parseTarget(text: string): CheckSpec {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):(?:\/\/|(?<=^(?:dns|file):))/i.exec(text) ?? [];
  if (scheme === undefined)
    throw new Invalid(`must begin with a scheme, one of ${KNOWN}; such as http://localhost:3000/`);
  const parse = Object.hasOwn(SCHEMES, scheme.toLowerCase()) ? SCHEMES[scheme.toLowerCase()] : undefined;
  if (parse === undefined) throw new Invalid(`the scheme ${scheme}:// is not known; use one of ${KNOWN}`);
  return parse(text);
}

/** The same check as a mapping with a type, as a user would write it. Throws `Invalid`. */
export function targetInFull(text: string): Record<string, unknown> {
  const spec = parseTarget(text);
  if (spec.type === "dns") return { dns: spec.name };
  if (spec.type === "file") return { file: spec.path };
  if (spec.type !== "grpc") return { [spec.type]: text };
  return { grpc: text.replace(/^grpc:\/\/([^/]*).*$/i, "$1"), ...(spec.service !== "" && { service: spec.service }) };
}

/** An `http` or `https` URL, whose credentials are masked from now on. Throws `Invalid`. */
export function parseHttpUrl(text: string): string {
  if (!isHttpUrl(text)) throw new Invalid("must be an http:// or https:// URL such as http://localhost:3000/");
  const { username, password } = new URL(text);
  // A user name alone is a token.
  const credential = password || username;
  for (const spelling of [credential, decodeURIComponent(credential)]) {
    if (spelling !== "") registerSecret(spelling);
  }
  return text;
}

/** `HOST:PORT` or `[IPv6]:PORT`, with or without a scheme; the port may be missing when there is a default. Throws `Invalid`. */
export function parseHostPort(text: string, defaultPort?: number): Endpoint {
  const address = text.replace(/^[a-z]+:\/\//i, "").replace(/\/$/, "");
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-f:.]+)\]|([^\s:/@[\]]+))(?::(\d+))?$/i.exec(address) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) throw new Invalid("must be HOST:PORT or [IPv6]:PORT, such as db:5432");
  const port = Number(digits ?? defaultPort);
  if (!(port >= 1 && port <= 65_535)) {
    throw new Invalid(`needs a port from 1 to 65535: write ${address.replace(/:\d+$/, "")}:PORT`);
  }
  return { host, port };
}

/** `HOST:PORT` or `redis[s]://[[USER]:PASSWORD@]HOST[:PORT]`. Throws `Invalid`. */
export function parseRedis(text: string): RedisSpec {
  const { credentials, rest } = splitUrl(text, /^rediss?:\/\//i);
  const secret = (value: string) => (value === "" ? undefined : new Secret(value, "the URL"));
  return {
    type: "redis",
    ...parseHostPort(rest.replace(/\/\d*$/, ""), 6379),
    username: secret(credentials.user),
    password: secret(credentials.password),
    tls: /^rediss:/i.test(text) ? {} : undefined,
  };
}

/** `HOST:PORT` or `postgres[ql]://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE]`; a password is not needed. Throws `Invalid`. */
export function parsePostgres(text: string): PostgresSpec {
  const { credentials, rest } = splitUrl(text, /^postgres(?:ql)?:\/\//i);
  const [address = "", database = ""] = rest.split(/[/?]/);
  return {
    type: "postgres",
    ...parseHostPort(address, 5432),
    user: credentials.user || "postgres",
    database: database === "" ? undefined : decode(database),
  };
}

/** A host name. Throws `Invalid`. */
export function parseName(text: string): string {
  if (!/^[^\s:/@?#]+$/.test(text)) throw new Invalid("must be a host name, such as numbers-api");
  return text;
}

function parseGrpcUrl(url: string): CheckSpec {
  const [, address = "", service = ""] = /^grpc:\/\/([^/]*)(?:\/(.*))?$/i.exec(url) ?? [];
  return { type: "grpc", ...parseHostPort(address), service: decode(service) };
}

function parsePath(url: string): string {
  const path = url.replace(/^file:(\/\/(?=\/))?/i, "");
  if (path === "" || path.startsWith("//")) throw new Invalid("must be a path, such as file:/logs/app.log");
  return path;
}

function splitUrl(text: string, scheme: RegExp): { credentials: { user: string; password: string }; rest: string } {
  const [, userinfo, rest = ""] = /^(?:([^/]*)@)?(.*)$/s.exec(text.replace(scheme, "")) ?? [];
  const [, user = "", password = ""] = /^([^:]*):?(.*)$/s.exec(userinfo ?? "") ?? [];
  if (password !== "") registerSecret(password);
  return { credentials: { user: decode(user), password: decode(password) }, rest };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Invalid("has a malformed escape: write % as %25");
  }
}
