import type { Authority } from "./authority.ts";
import type { Decision, Question } from "./policy/decide.ts";
import type { AddressReason, Grant, Judgement } from "./policy/guard.ts";
import type { Refusal } from "./refusal.ts";
import { addressRemedy, ruleRemedy, UNSAFE_PATH } from "./remedy.ts";

/** The error types of RFC 9209 section 2.3 that this proxy gives. */
export type ProxyError =
  | "http_request_denied"
  | "http_request_error"
  | "destination_ip_prohibited"
  | "destination_unavailable"
  | "dns_error"
  | "dns_timeout"
  | "connection_refused"
  | "connection_terminated"
  | "connection_timeout"
  | "connection_limit_reached"
  | "http_response_timeout"
  | "http_protocol_error"
  | "tls_certificate_error"
  | "tls_protocol_error"
  | "proxy_loop_detected"
  | "proxy_internal_error";

/** Why a request is answered by the proxy itself. */
export interface Failure {
  readonly status: number;
  readonly error: ProxyError;
  /** Short code; for upstream failures the same as `error`. */
  readonly reason: string;
  /** A sentence or two for a person: what happened and what to change. */
  readonly hint: string;
  /** The configuration says no, as opposed to something that failed. */
  readonly denied: boolean;
  /** The address the guard refused, for the audit record. */
  readonly address?: string;
  /** What was thrown, for the log. */
  readonly cause?: unknown;
}

/** No rule grants it. */
export function ruleDenial(question: Question, decision: Decision): Failure {
  const { authority, method } = question;
  const reason = decision.reason ?? "host_not_allowed";
  const because = {
    host_not_allowed: `${authority.host} is not in the allow-list.`,
    port_not_allowed: `${authority.host} is in the allow-list, but not with port ${authority.port}.`,
    tunnel_not_allowed: `${authority.host} is allowed for certain methods or paths, which a tunnel would hide.`,
    method_not_allowed: `${authority.host} is allowed, but not with the method ${method}.`,
    path_not_allowed: `${authority.host} is allowed, but not with this path.`,
  }[reason];
  return {
    status: 403,
    error: "http_request_denied",
    reason,
    hint: `${because} ${ruleRemedy(question, decision)}`,
    denied: true,
  };
}

/** A path of a route, or one that rules cannot judge. */
export function unsafePathDenial(): Failure {
  return {
    status: 403,
    error: "http_request_denied",
    reason: "path_not_allowed",
    hint: UNSAFE_PATH,
    denied: true,
  };
}

/** A route's own listener has routes, but none for this path. */
export function noRouteDenial({ host, port }: Authority): Failure {
  return {
    status: 403,
    error: "http_request_denied",
    reason: "path_not_allowed",
    hint: `No route on ${host}:${port} has a prefix of this path: add one to egress.routes.`,
    denied: true,
  };
}

/** The guard left no address to dial. @param route the one whose upstream the authority is. */
export function addressDenial(
  authority: Authority,
  { refused }: Pick<Judgement, "refused">,
  route: Grant["route"],
): Failure {
  const [first] = refused;
  const reason: AddressReason = first?.reason ?? "address_prohibited";
  const address = first?.address ?? authority.host;
  const where = address === authority.host ? address : `${authority.host} (${address})`;
  const exempt = addressRemedy(authority, address, route);
  const hint = {
    address_prohibited: `${where} is loopback, link-local, multicast or a metadata service, refused in every mode. If it is meant:\n${exempt}`,
    address_private: `${where} is a private address behind a public name. If it is meant:\n${exempt}`,
    address_not_in_resolvesTo: `${where} is outside the ${route ? "route" : "rule"}'s resolvesTo: widen resolvesTo if the address is right.`,
    address_denied: `${where} is in egress.guard.deny: nothing but removing it there lets it pass.`,
    proxy_loop: `${where}, port ${authority.port}, is this proxy itself: name the real destination.`,
  }[reason];
  return { status: 403, error: "destination_ip_prohibited", reason, hint, denied: true, address };
}

/** A request with more than one reading, or none. */
export function refusalFailure({ status, reason, message }: Refusal): Failure {
  return { status, error: "http_request_error", reason, hint: message, denied: false };
}

/** The request carries this process's own mark: it has been here before. */
export function loopFailure(): Failure {
  return {
    status: 508,
    error: "proxy_loop_detected",
    reason: "proxy_loop_detected",
    hint: "The upstream of this route leads back to this proxy: name the real server in egress.routes.",
    denied: false,
  };
}

/** Too many connections. */
export function limitFailure(limit: number): Failure {
  return {
    status: 503,
    error: "connection_limit_reached",
    reason: "connection_limit_reached",
    hint: `There are ${limit} client connections already: close some, or raise egress.limits.connections.`,
    denied: false,
  };
}

/** Too many connections for the limit of open files. */
export function descriptorFailure(connections: number): Failure {
  return {
    status: 503,
    error: "connection_limit_reached",
    reason: "connection_limit_reached",
    hint: `There are ${connections} client connections, and no file descriptors for more: close some, or raise the limit of open files (ulimit -n).`,
    denied: false,
  };
}

/** A bug of ours; the log has it. */
export function internalFailure(cause: unknown): Failure {
  return {
    cause,
    status: 500,
    error: "proxy_internal_error",
    reason: "proxy_internal_error",
    hint: "The proxy failed on this request; its log says how.",
    denied: false,
  };
}
