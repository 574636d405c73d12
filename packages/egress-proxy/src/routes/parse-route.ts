import { type Authority, parseAuthority } from "../authority.ts";
import { isSafePath } from "../policy/path-safety.ts";
import { Refusal } from "../refusal.ts";
import type { From, Upstream } from "./route.ts";

interface RouteUrl {
  readonly scheme: string;
  readonly authority: Authority;
  readonly hasPort: boolean;
  readonly path: string;
}

const SCHEME_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

/**
 * Reads the key of a route.
 * @throws {Refusal} with a sentence about what to write instead.
 */
export function parseFrom(text: string): From {
  const { scheme, authority, hasPort, path } = parseUrl(text);
  if (scheme !== "http") throw wrong("must be http://HOST[:PORT]/PATH");
  const direct = hasPort && (authority.kind !== "name" || authority.host === "localhost");
  const open = authority.host === "0.0.0.0" || authority.host === "::";
  if (open && !direct) throw wrong("is on all addresses and needs an explicit port, such as http://0.0.0.0:8000/");
  return { text, authority, prefix: path.endsWith("/") ? path.slice(0, -1) : path, direct, open };
}

/**
 * Reads an upstream of a route.
 * @throws {Refusal}
 */
export function parseUpstream(text: string): Upstream {
  const { scheme, authority, path } = parseUrl(text);
  if (scheme !== "http" && scheme !== "https") throw wrong("must be an http:// or https:// URL");
  return { text, scheme, authority, path: path === "/" ? "" : path };
}

function parseUrl(text: string): RouteUrl {
  const [, scheme = "", authorityText = "", path = ""] = /^([a-z]+):\/\/([^/?#]*)(.*)$/s.exec(text) ?? [];
  const schemePort = SCHEME_PORTS[scheme];
  if (schemePort === undefined) throw wrong("must be a URL such as http://localhost/api");
  if (/[?#]/.test(path)) throw wrong("must not have a query or fragment: those of the request are carried over");
  if (path !== "" && !isSafePath(path)) throw wrong("has a path that servers read differently (dot segments, //, %2f)");
  if (!/^[\x21-\x7e]*$/.test(path)) throw wrong("has a path with characters that must be percent-encoded");
  const authority = parseAuthority(authorityText, schemePort);
  return { scheme, authority, hasPort: /:\d+$/.test(authorityText), path };
}

function wrong(sentence: string): Refusal {
  return new Refusal("bad_route", sentence);
}
