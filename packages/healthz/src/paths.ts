/** The endpoints that speak for several checks. */
export type Aggregate = "healthz" | "readyz" | "livez" | "startupz";

/** Aggregate endpoints by path. */
export const AGGREGATES: Readonly<Record<string, Aggregate>> = {
  "/": "healthz",
  "/healthz": "healthz",
  "/readyz": "readyz",
  "/livez": "livez",
  "/startupz": "startupz",
};

/** One check's endpoint is this and its name. */
export const CHECK_PREFIX = "/healthz/";

/** Where the tool speaks about itself. */
export const ADMIN_PREFIX = "/-";

/** Whether a configured file at `path` would hide an endpoint; at `/` only checks can tell. */
export function hidesEndpoint(path: string): boolean {
  if (path === "/") return false;
  if (Object.hasOwn(AGGREGATES, path) || path === "/metrics" || path === ADMIN_PREFIX) return true;
  return path.startsWith(CHECK_PREFIX) || path.startsWith(`${ADMIN_PREFIX}/`);
}
