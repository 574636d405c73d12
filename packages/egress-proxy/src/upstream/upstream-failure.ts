import { ResolveError } from "@outrigger/net/resolve";
import type { Failure, ProxyError } from "../failure.ts";

/** The upstream said nothing for too long. */
export class UpstreamTimeout extends Error {
  readonly code = "UPSTREAM_TIMEOUT";
}

/** The upstream's answer is no valid HTTP. */
export class UpstreamProtocolError extends Error {
  readonly code = "HPE_UPSTREAM";
}

/** The upstream ended the connection before its answer was complete. */
export class UpstreamClosed extends Error {
  readonly code = "ECONNRESET";
}

const BY_CODE: Readonly<Record<string, ProxyError>> = {
  ECONNREFUSED: "connection_refused",
  ETIMEDOUT: "connection_timeout",
  UPSTREAM_TIMEOUT: "http_response_timeout",
  ENETUNREACH: "destination_unavailable",
  EHOSTUNREACH: "destination_unavailable",
  EADDRNOTAVAIL: "destination_unavailable",
  EACCES: "destination_unavailable",
  EPROTO: "tls_protocol_error",
  EMFILE: "connection_limit_reached",
  ENFILE: "connection_limit_reached",
};

const CERTIFICATE = /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|ERR_TLS_CERT|INVALID_CA|HOSTNAME_MISMATCH)/;

/** What RFC 9209 calls an error of name resolution, connection, TLS or HTTP towards the upstream. */
function classifyUpstreamError(error: Error): ProxyError {
  if (error instanceof ResolveError) return error.code;
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const known = BY_CODE[code];
  if (known) return known;
  if (code.startsWith("HPE_")) return "http_protocol_error";
  if (CERTIFICATE.test(code)) return "tls_certificate_error";
  if (code.startsWith("ERR_SSL") || code.startsWith("ERR_TLS")) return "tls_protocol_error";
  return "connection_terminated";
}

const SENTENCES: Readonly<Partial<Record<ProxyError, string>>> = {
  connection_refused: "nothing listens there",
  connection_timeout: "it did not accept a connection in time",
  connection_terminated: "it closed the connection before its answer was complete",
  destination_unavailable: "there is no way to it from here",
  http_response_timeout: "it did not answer in time",
  http_protocol_error: "its answer is not valid HTTP",
  tls_certificate_error: "its certificate is not valid for this name",
  tls_protocol_error: "it does not speak TLS as expected",
  connection_limit_reached: "this process has no file descriptors left",
};

/** The answer to a client whose request failed beyond the proxy. `destination` is for the sentence only. */
export function upstreamFailure(error: Error, destination: string): Failure {
  const kind = classifyUpstreamError(error);
  const isTimeout = kind === "dns_timeout" || kind === "connection_timeout" || kind === "http_response_timeout";
  const sentence = SENTENCES[kind] ?? error.message;
  return {
    status: kind === "connection_limit_reached" ? 503 : isTimeout ? 504 : 502,
    error: kind,
    reason: kind,
    hint: `${destination} was allowed, but ${sentence}.`,
    denied: false,
  };
}
