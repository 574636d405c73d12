import type { IncomingHttpHeaders } from "node:http";
import { negotiate } from "../metrics/negotiate.ts";
import type { Registry } from "../metrics/registry.ts";
import { contentType } from "../metrics/text.ts";
import { version } from "../version.ts";

/** What a handler sees of a request, whichever server took it. */
export interface AdminRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  remoteAddress: string;
}

/** An answer. `type` defaults to `application/json; charset=utf-8`. */
export interface Reply {
  status: number;
  type?: string;
  headers?: Record<string, string>;
  body: string | Buffer;
}

/** The answer to a request whose handler threw: the reason is in the log, and nowhere else. */
export const internalError = {
  status: 500,
  type: "text/plain; charset=utf-8",
  body: "internal error; see the log\n",
} as const satisfies Reply;

export type Handler = (request: AdminRequest) => Reply | Promise<Reply>;
export type Method = "GET" | "POST" | "DELETE";
/** Handlers by path and method. GET also answers HEAD; another method gets 405. */
export type RouteTable = Readonly<Record<string, Partial<Record<Method, Handler>>>>;

export interface AdminOptions {
  tool: string;
  registry: Registry;
  /** Why the tool is not alive; undefined when it is. */
  live?: () => string | undefined;
  /** Why the tool is not ready; undefined when it is. */
  ready: () => string | undefined;
}

const PLAIN = "text/plain; charset=utf-8";

/** The endpoints that every long-running tool has: `/livez`, `/readyz`, `/metrics`, `/version`. */
export function adminRoutes({ tool, registry, live = () => undefined, ready }: AdminOptions): RouteTable {
  const probe = (reason: () => string | undefined): Handler => {
    return () => {
      const trouble = reason();
      return trouble === undefined
        ? { status: 200, type: PLAIN, body: "ok\n" }
        : { status: 503, type: PLAIN, body: `not ok: ${trouble}\n` };
    };
  };
  return {
    "/livez": { GET: probe(live) },
    "/readyz": { GET: probe(ready) },
    "/version": {
      GET: () => ({ status: 200, body: `${JSON.stringify({ tool, version, node: process.versions.node })}\n` }),
    },
    "/metrics": {
      GET: ({ headers }) => {
        const format = negotiate(headers.accept);
        return { status: 200, type: contentType[format], headers: { Vary: "Accept" }, body: registry.render(format) };
      },
    },
  };
}

/** The same routes below a prefix such as `/-`. */
export function prefixed(prefix: string, routes: RouteTable): RouteTable {
  return Object.fromEntries(Object.entries(routes).map(([path, handlers]) => [prefix + path, handlers]));
}

/** Whether a socket's remote address is this machine: 127.0.0.0/8, `::1`, and `::ffff:127.x` of dual-stack sockets. */
export function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(::ffff:)?127\.|^::1$/i.test(address);
}

/** The whole answer to a request by a table: 404, 405 with `Allow`, 403 for a change from elsewhere, 500 for a throw. */
export async function dispatch(routes: RouteTable, request: AdminRequest): Promise<Reply> {
  const handlers = Object.hasOwn(routes, request.path) ? routes[request.path] : undefined;
  if (handlers === undefined) {
    return { status: 404, type: PLAIN, body: `not found; there is: ${Object.keys(routes).join(" ")}\n` };
  }
  const method = request.method === "HEAD" ? "GET" : request.method;
  const handler = Object.hasOwn(handlers, method) ? handlers[method as Method] : undefined;
  if (handler === undefined) {
    const allow = Object.keys(handlers)
      .flatMap((name) => (name === "GET" ? ["GET", "HEAD"] : [name]))
      .join(", ");
    return { status: 405, type: PLAIN, headers: { Allow: allow }, body: `method not allowed; use ${allow}\n` };
  }
  if (method !== "GET" && !isLoopback(request.remoteAddress)) {
    return { status: 403, type: PLAIN, body: "changes are accepted from loopback only\n" };
  }
  return handler(request);
}
