import { Invalid } from "@outrigger/runtime/schema";
import { registerSecret } from "@outrigger/runtime/secrets";
import { isHttpUrl, plainHttp } from "../checks/http-spec.ts";
import type { CheckSpec } from "../checks/registry.ts";

/** What one URL can say; each scheme is a type of check. */
const SCHEMES: Readonly<Record<string, (url: string) => CheckSpec>> = {
  http: (url) => plainHttp(parseHttpUrl(url)),
  https: (url) => plainHttp(parseHttpUrl(url)),
  tcp: (url) => ({ type: "tcp", ...parseHostPort(url) }),
};

const KNOWN = Object.keys(SCHEMES)
  .map((scheme) => `${scheme}://`)
  .join(", ");

/** What a URL may look like, in words. */
export const TARGET_EXPECTED = `a URL (${KNOWN})`;

/** The check that a single URL stands for. Throws `Invalid`. */
export function parseTarget(text: string): CheckSpec {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text) ?? [];
  if (scheme === undefined)
    throw new Invalid(`must begin with a scheme, one of ${KNOWN}, such as http://localhost:3000/`);
  const known = Object.hasOwn(SCHEMES, scheme.toLowerCase()) ? SCHEMES[scheme.toLowerCase()] : undefined;
  if (known === undefined) throw new Invalid(`the scheme ${scheme}:// is not known; use one of ${KNOWN}`);
  return known(text);
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

/** `HOST:PORT` or `[IPv6]:PORT`, with or without `tcp://`. Throws `Invalid`. */
export function parseHostPort(text: string): { host: string; port: number } {
  const address = text.replace(/^tcp:\/\//i, "").replace(/\/$/, "");
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-f:.]+)\]|([^\s:/@[\]]+))(?::(\d{1,5}))?$/i.exec(address) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) throw new Invalid("must be HOST:PORT or [IPv6]:PORT, such as db:5432");
  const port = Number(digits);
  if (!(port >= 1 && port <= 65_535))
    throw new Invalid(`needs a port from 1 to 65535: write ${address.replace(/:\d+$/, "")}:PORT`);
  return { host, port };
}
