import { formatAddress, parseIPv4, parseIPv6 } from "@outrigger/net/address";
import { Refusal } from "./refusal.ts";

/** A destination in its one canonical spelling: equal destinations are equal strings. */
export interface Authority {
  /** Lower-case name without trailing dot, dotted quad, or RFC 5952 text without brackets. */
  readonly host: string;
  readonly kind: "name" | "ipv4" | "ipv6";
  readonly port: number;
}

export type Host = Omit<Authority, "port">;

const LABEL = /^[a-z0-9_-]{1,63}$/;
/** What getaddrinfo and browsers take for IPv4: a last label of digits, or of `0x…`. */
const NUMERIC_LABEL = /^(?:[0-9]+|0x[0-9a-f]*)$/;
const PORT = /^[1-9][0-9]{0,4}$/;

/** What was read lately, by its text: an application asks for few destinations, and for each of them often. */
const known = new Map<string, { readonly authority: Authority; readonly defaultPort: number | undefined }>();
const MOST_KNOWN = 256;

/**
 * Reads `host` or `host:port` (RFC 3986 section 3.2, narrowed to what has one reading only). Deliberately neither `URL`,
 * which drops tabs and folds full-width dots, nor getaddrinfo, to which `127.1` is an address.
 * @throws {Refusal} for everything else.
 */
export function parseAuthority(text: string, defaultPort?: number): Authority {
  const before = known.get(text);
  if (before !== undefined && before.defaultPort === defaultPort) return before.authority;
  // Made of bytes: a part of a string would hold on to the whole request.
  const own = Buffer.from(text).toString();
  const authority = readAuthority(own, defaultPort);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(own, { authority, defaultPort });
  return authority;
}

function readAuthority(text: string, defaultPort: number | undefined): Authority {
  if (text.includes("@")) throw new Refusal("userinfo", "user information before the host is not accepted: remove it");
  const bracket = text.startsWith("[") ? text.indexOf("]") : -1;
  const colon = text.indexOf(":", bracket + 1);
  const host = parseHost(colon < 0 ? text : text.slice(0, colon));
  const port = colon < 0 ? defaultPort : parsePort(text.slice(colon + 1));
  if (port === undefined) throw new Refusal("port_missing", "a port is needed here: write host:port");
  return { ...host, port };
}

/**
 * Reads a host alone: a name, a dotted quad, or an IPv6 address in brackets.
 * @throws {Refusal}
 */
export function parseHost(text: string): Host {
  if (text.startsWith("[")) return parseBracketed(text);
  const name = text.toLowerCase();
  const bare = name.endsWith(".") ? name.slice(0, -1) : name;
  const labels = bare.split(".");
  // toLowerCase maps the Kelvin sign to k, so the original bytes are checked as well.
  if (bare.length > 253 || !labels.every((label) => LABEL.test(label)) || !/^[\x21-\x7e]*$/.test(text)) {
    throw new Refusal(
      "bad_host",
      "the host is not a name of letters, digits, '-', '_' and single dots, nor an address",
    );
  }
  if (!NUMERIC_LABEL.test(labels.at(-1) ?? "")) return { host: bare, kind: "name" };
  if (parseIPv4(name) === undefined) {
    throw new Refusal(
      "bad_address",
      "a host that ends in a number must be an IPv4 address written as four decimal numbers",
    );
  }
  return { host: name, kind: "ipv4" };
}

function parseBracketed(text: string): Host {
  const address = text.endsWith("]") ? parseIPv6(text.slice(1, -1)) : undefined;
  if (address === undefined) {
    throw new Refusal("bad_address", "brackets must hold an IPv6 address, without a zone");
  }
  return { host: formatAddress(address), kind: "ipv6" };
}

/** @throws {Refusal} for anything but 1 to 65535 in plain digits. */
export function parsePort(text: string): number {
  const port = PORT.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65535) throw new Refusal("bad_port", "the port must be a plain number from 1 to 65535");
  return port;
}

/** `host`, or `[host]` for IPv6: how a host stands in front of a port. */
export function hostText({ host, kind }: Host): string {
  return kind === "ipv6" ? `[${host}]` : host;
}

/** The value of `Host` (RFC 9110 section 7.2): without the port when it is the scheme's own. */
export function authorityText(authority: Authority, schemePort: number): string {
  return authority.port === schemePort ? hostText(authority) : `${hostText(authority)}:${authority.port}`;
}
