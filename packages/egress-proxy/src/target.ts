import { type Authority, parseAuthority } from "./authority.ts";
import { Refusal } from "./refusal.ts";

/** Where a request wants to go. */
export interface Target {
  readonly authority: Authority;
  /** Starts with `/`, without the query; or {@link WHOLE_SERVER}. */
  readonly path: string;
  /** Empty, or starts with `?`. */
  readonly query: string;
}

/** The path of a request that is about a server and none of its resources (RFC 9112 section 3.2.4). */
export const WHOLE_SERVER = "*";

/** RFC 9112 section 3 recommends at least 8000 octets. */
export const MAX_TARGET = 16 * 1024;

/**
 * Reads the absolute form (RFC 9112 section 3.2.2) with the scheme `http`: the only form a forward proxy takes.
 * @param method OPTIONS without path and query is about the whole server.
 * @throws {Refusal}
 */
export function parseAbsoluteForm(text: string, method = "GET"): Target {
  checkLength(text);
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text);
  if (scheme === null) {
    throw new Refusal(
      "target_form",
      "a proxy request names the whole URL: GET http://host/path; nothing is routed by Host",
    );
  }
  const name = scheme[1]?.toLowerCase();
  if (name === "https") {
    throw new Refusal(
      "use_connect",
      "https:// is not sent in clear text: use CONNECT, or a route to an https upstream",
    );
  }
  if (name !== "http") throw new Refusal("scheme_not_supported", "only http:// URLs and CONNECT pass this proxy");
  const rest = text.slice(scheme[0].length);
  const end = rest.search(/[/?#]/);
  const authority = parseAuthority(end < 0 ? rest : rest.slice(0, end), 80);
  if (end < 0 && method === "OPTIONS") return { authority, path: WHOLE_SERVER, query: "" };
  return { authority, ...splitPath(end < 0 ? "" : rest.slice(end)) };
}

/**
 * Reads the authority form of CONNECT (RFC 9112 section 3.2.3): `host:port`, both given.
 * @throws {Refusal}
 */
export function parseAuthorityForm(text: string): Authority {
  checkLength(text);
  if (/[/?#]/.test(text)) throw new Refusal("target_form", "CONNECT takes host:port and nothing else");
  return parseAuthority(text);
}

/**
 * Reads the origin form (RFC 9112 section 3.2.1), which only a route's own listener takes.
 * @throws {Refusal}
 */
export function parseOriginForm(text: string): { path: string; query: string } {
  checkLength(text);
  if (!text.startsWith("/") || text.startsWith("//")) {
    throw new Refusal("target_form", "this port is no proxy: send the path alone, GET /path");
  }
  return splitPath(text);
}

function splitPath(text: string): { path: string; query: string } {
  if (text.includes("#")) throw new Refusal("fragment", "a fragment (#) is never sent in a request: remove it");
  const mark = text.indexOf("?");
  const path = mark < 0 ? text : text.slice(0, mark);
  return { path: path === "" ? "/" : path, query: mark < 0 ? "" : text.slice(mark) };
}

function checkLength(text: string): void {
  if (text.length > MAX_TARGET) throw new Refusal("target_too_long", `the URL is longer than ${MAX_TARGET} bytes`, 414);
}
