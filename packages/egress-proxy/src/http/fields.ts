import type { RawFields, ResponseHead } from "./head.ts";

/** Fields about one hop (RFC 9110 section 7.6.1), and those through which a proxy's own secrets would leak. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authorization",
  "proxy-authenticate",
  "proxy-authentication-info",
  "te",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
]);

/** What `Connection` cannot name away: without these a message would change its meaning on the way. */
const NEVER_NAMED = new Set(["host", "content-length", "transfer-encoding"]);

/** Methods hidden in fields, dropped where a rule limits methods. */
export const METHOD_OVERRIDES: ReadonlySet<string> = new Set([
  "x-http-method-override",
  "x-http-method",
  "x-method-override",
]);

const NONE: ReadonlySet<string> = new Set();

/** The lower-case names that the `Connection` fields of a message list. */
function namedByConnection(fields: RawFields): ReadonlySet<string> {
  let named: Set<string> | undefined;
  for (let index = 0; index < fields.length; index += 2) {
    if (!isNamed(fields[index], "connection")) continue;
    for (const option of (fields[index + 1] ?? "").split(",")) {
      const name = option.trim().toLowerCase();
      if (name === "" || name === "close" || name === "keep-alive" || NEVER_NAMED.has(name)) continue;
      named ??= new Set();
      named.add(name);
    }
  }
  return named ?? NONE;
}

function isNamed(field: string | undefined, lowerCase: string): boolean {
  return field?.length === lowerCase.length && field.toLowerCase() === lowerCase;
}

export interface RequestFieldOptions {
  /** Replaces the value of `Host`; absent: the client's own is kept. */
  readonly host?: string;
  /** The body comes in chunks. */
  readonly chunked: boolean;
  /** Further lower-case names to drop. */
  readonly drop?: ReadonlySet<string>;
}

/** The fields of a request for its next hop: end-to-end fields as they were, framing and Host set anew. */
export function requestFields(fields: RawFields, { host, chunked, drop = NONE }: RequestFieldOptions): string[] {
  const named = namedByConnection(fields);
  const result: string[] = [];
  let hasHost = host === undefined;
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] ?? "";
    const value = fields[index + 1] ?? "";
    const key = name.toLowerCase();
    if (key === "host" && host !== undefined) {
      result.push(name, host);
      hasHost = true;
    } else if (key === "te") {
      if (/(?:^|,)\s*trailers\s*(?:,|$)/i.test(value)) result.push(name, "trailers");
    } else if (!HOP_BY_HOP.has(key) && !named.has(key) && !drop.has(key)) result.push(name, value);
  }
  if (!hasHost && host !== undefined) result.unshift("Host", host);
  if (chunked) result.push("Transfer-Encoding", "chunked");
  return result;
}

/**
 * The fields of a response for the client. `Transfer-Encoding` is set anew, by the client's version; where no length may be,
 * a client could take it for that of a body (RFC 9110 section 8.6).
 */
export function responseFields({ status, fields }: Pick<ResponseHead, "status" | "fields">): string[] {
  const isWithoutLength = status < 200 || status === 204;
  const named = namedByConnection(fields);
  const result: string[] = [];
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] ?? "";
    const key = name.toLowerCase();
    if (HOP_BY_HOP.has(key) || named.has(key) || (isWithoutLength && key === "content-length")) continue;
    result.push(name, fields[index + 1] ?? "");
  }
  return result;
}

/** What a trailer section must not carry (RFC 9110 section 6.5.1): framing, routing, authentication, modifiers. */
const NOT_IN_TRAILERS = new Set([
  ...HOP_BY_HOP,
  ...METHOD_OVERRIDES,
  "host",
  "content-length",
  "content-encoding",
  "content-type",
  "content-range",
  "trailer",
  "authorization",
  "www-authenticate",
  "cookie",
  "set-cookie",
  "cache-control",
  "expect",
  "max-forwards",
  "range",
  "via",
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
]);

/** The trailer fields that may pass. @param drop further lower-case names to drop. */
export function trailerFields(fields: RawFields, drop = NONE): RawFields {
  if (fields.length === 0) return fields;
  const result: string[] = [];
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] ?? "";
    const key = name.toLowerCase();
    if (!NOT_IN_TRAILERS.has(key) && !drop.has(key)) result.push(name, fields[index + 1] ?? "");
  }
  return result;
}

/** All values of a field, in order. */
export function valuesOf(fields: RawFields, lowerCaseName: string): string[] {
  const values: string[] = [];
  for (let index = 0; index < fields.length; index += 2) {
    if (isNamed(fields[index], lowerCaseName)) values.push(fields[index + 1] ?? "");
  }
  return values;
}

/** The first value of a field. */
export function firstValue(fields: RawFields, lowerCaseName: string): string | undefined {
  for (let index = 0; index < fields.length; index += 2) {
    if (isNamed(fields[index], lowerCaseName)) return fields[index + 1];
  }
  return undefined;
}

/** Whether the sender of a message keeps its connection for another one (RFC 9112 section 9.3). */
export function isPersistent({ version, fields }: { readonly version: string; readonly fields: RawFields }): boolean {
  if (version === "1.1") return !fieldListHas(fields, "connection", "close");
  return fieldListHas(fields, "connection", "keep-alive");
}

/** Whether a field that lists tokens, such as `Connection`, has this one, in any case. */
export function fieldListHas(fields: RawFields, lowerCaseName: string, lowerCaseToken: string): boolean {
  for (let index = 0; index < fields.length; index += 2) {
    if (!isNamed(fields[index], lowerCaseName)) continue;
    const tokens = (fields[index + 1] ?? "").toLowerCase().split(",");
    if (tokens.some((token) => token.trim() === lowerCaseToken)) return true;
  }
  return false;
}
