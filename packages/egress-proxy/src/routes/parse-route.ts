import { type Authority, parseAuthority } from "../authority.ts";
import { isSafePath } from "../policy/path-safety.ts";
import { Refusal } from "../refusal.ts";
import type { From, Upstream } from "./route.ts";

interface RouteUrl {
  readonly scheme: "http" | "https" | "tcp";
  readonly authority: Authority;
  readonly hasPort: boolean;
  readonly path: string;
}

const SCHEME_PORTS = { http: 80, https: 443, tcp: undefined } as const;

/**
 * Reads the key of a route.
 * @throws {Refusal} with a sentence about what to write instead.
 */
export function parseFrom(text: string): From {
  const { scheme, authority, hasPort, path } = parseUrl(text);
  const isAddress = authority.kind !== "name" || authority.host === "localhost";
  const direct = hasPort && isAddress;
  const open = authority.host === "0.0.0.0" || authority.host === "::";
  if (!direct && (scheme !== "http" || open)) {
    throw wrong(`must have an address or localhost and an explicit port, such as ${scheme}://127.0.0.1:8443`);
  }
  if (scheme === "tcp" && path !== "" && path !== "/") throw wrong("is tcp:// and has a path: bytes have none");
  return { text, scheme, authority, prefix: path.endsWith("/") ? path.slice(0, -1) : path, direct, open };
}

/**
 * Reads an upstream of a route: a URL, or `host:port` for TCP.
 * @throws {Refusal}
 */
export function parseUpstream(text: string): Upstream {
  if (!text.includes("/")) return { text, scheme: "tcp", authority: parseAuthority(text), path: "" };
  const { scheme, authority, path } = parseUrl(text);
  if (scheme === "tcp" && path !== "" && path !== "/") throw wrong("is tcp:// and has a path: bytes have none");
  return { text, scheme, authority, path: path === "/" ? "" : path };
}

function parseUrl(text: string): RouteUrl {
  const match = /^(https?|tcp):\/\/([^/?#]*)(.*)$/s.exec(text);
  if (match === null) throw wrong("must be a URL such as http://localhost/api, or tcp://127.0.0.1:6380");
  const scheme = match[1] as RouteUrl["scheme"];
  const [, , authorityText = "", path = ""] = match;
  if (/[?#]/.test(path)) throw wrong("must not have a query or fragment: those of the request are carried over");
  if (path !== "" && !isSafePath(path)) throw wrong("has a path that servers read differently (dot segments, //, %2f)");
  if (!/^[\x21-\x7e]*$/.test(path)) throw wrong("has a path with characters that must be percent-encoded");
  const authority = parseAuthority(authorityText, SCHEME_PORTS[scheme]);
  return { scheme, authority, hasPort: /:\d+$/.test(authorityText), path };
}

function wrong(sentence: string): Refusal {
  return new Refusal("bad_route", sentence);
}
