import type { IncomingMessage } from "node:http";
import type { AdminRequest } from "@outrigger/runtime/admin";

/**
 * The request as handlers see it: the path decoded and without a trailing slash, so that no client is ever redirected.
 * Undefined when the path has a malformed escape. The target is split by hand, because `URL` would change or refuse odd ones.
 */
export function readRequest(message: IncomingMessage): AdminRequest | undefined {
  const target = originForm(message.url ?? "/");
  const mark = target.indexOf("?");
  const path = decodePath(mark < 0 ? target : target.slice(0, mark));
  if (path === undefined) return undefined;
  return {
    method: message.method ?? "GET",
    path: path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path,
    query: mark < 0 ? NO_QUERY : new URLSearchParams(target.slice(mark + 1)),
    headers: message.headers,
    remoteAddress: message.socket.remoteAddress ?? "",
  };
}

/** A server must understand the form that clients send to proxies (RFC 9112 section 3.2.2); its host says nothing here. */
function originForm(target: string): string {
  if (target.startsWith("/")) return target;
  return target.replace(/^https?:\/\/[^/?#]*(?=([/?]?))/i, (_origin, next) => (next === "/" ? "" : "/"));
}

const NO_QUERY = new URLSearchParams();

function decodePath(path: string): string | undefined {
  if (!path.includes("%")) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
