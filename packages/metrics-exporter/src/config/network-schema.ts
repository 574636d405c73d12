/** What every source that is read over the network takes. */
import {
  duration,
  flag,
  Invalid,
  map,
  normalize,
  object,
  optional,
  secret,
  text,
  withDefault,
} from "@outrigger/runtime/schema";
import type { Secret } from "@outrigger/runtime/secrets";

export interface NetworkConfig {
  readonly url: string;
  readonly name?: string | undefined;
  readonly headers?: Readonly<Record<string, Secret>> | undefined;
  /** Milliseconds. */
  readonly timeout?: number | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly tls?: TlsConfig | undefined;
}

interface TlsConfig {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly serverName?: string | undefined;
  readonly insecure: boolean;
}

/** An `http:` or `https:` URL, or another of these schemes. */
export function urlText(description: string, schemes: readonly string[] = ["http", "https"]) {
  const expected = `a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(" or ")}`;
  return normalize(text(description, { expected }), (value) => {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (!url || !schemes.includes(url.protocol.slice(0, -1)) || url.hostname === "") {
      throw new Invalid(`must be ${expected}`);
    }
    if (url.port === "0" || (url.protocol === "tcp:" && url.port === ""))
      throw new Invalid("must name a port from 1 to 65535");
    return value;
  });
}

/** Label names that may be added to foreign samples: without those that histograms and summaries are made of. */
export const constantLabels = map("Labels added to every sample.", text("The label's value."), {
  key: /^(?!__|(?:le|quantile)$)[a-zA-Z_][a-zA-Z0-9_]*$/,
  keyExpected:
    "must be a label name: letters, digits and underscores, not beginning with __, and neither le nor quantile",
});

/** The name of a header field: a token (RFC 9110, section 5.6.2). */
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** The keys beside `url`. */
export const networkKeys = {
  name: optional(
    text("What the source is called in the exporter's own series; the URL by default.", { nonEmpty: true }),
  ),
  headers: optional(
    map("Request headers; values may be env:NAME or file:/path.", secret("The header's value."), {
      key: headerName,
      keyExpected: "must be a header name",
    }),
  ),
  timeout: optional(
    duration("How long an answer may take; the scrape's own timeout less 0.5s, else 5s.", { min: "1ms" }),
  ),
  labels: optional(constantLabels),
  tls: optional(
    object("How to verify the server.", {
      ca: optional(text("A file with the authorities to trust.")),
      cert: optional(text("A file with our certificate.")),
      key: optional(text("A file with its key.")),
      serverName: optional(text("The name to verify instead of the URL's.")),
      insecure: withDefault(flag("Accept any certificate."), false),
    }),
  ),
};
