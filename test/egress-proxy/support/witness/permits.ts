import type { LogRecord } from "../../../harness/tool.ts";

/** What one audit record says may have reached a server. */
export interface Permit {
  readonly ports: ReadonlySet<number>;
  /** The address that was dialled, where the record tells. */
  readonly address: string | undefined;
  /** Absent for tunnels. */
  readonly method?: string;
  /** Absent where a route gives the path another form. */
  readonly path?: string;
  /** The most bytes a tunnel may have brought; absent for requests. */
  readonly tunnelBytes?: number;
  /** How often it may still arrive. */
  uses: number;
}

/** Upstreams of all routes that a proxy ever had, by the route's key. */
export type RouteTargets = ReadonlyMap<string, ReadonlySet<string>>;

/** A tunnel that was opened and refused at its first bytes: connected, but not a byte passed. */
const OPENED_IN_VAIN = /^(?:sni_|not_tls)/;

/** Undefined for a record that permits nothing. */
export function permitOf(record: LogRecord, targets: RouteTargets): Permit | undefined {
  const { verdict, method, path, port, route, reason, address } = record as Partial<Record<string, string>>;
  const isVain = verdict === "denied" && OPENED_IN_VAIN.test(reason ?? "");
  if (verdict !== "allowed" && !isVain) return undefined;
  const upstreams = route === undefined ? [] : [...(targets.get(route) ?? [])];
  const ports = new Set(route === undefined ? [Number(port)] : upstreams.map(portOf));
  const isTunnel = method === "CONNECT" || method === "TCP";
  return {
    ports,
    address: route === undefined ? address : undefined,
    uses: Number(record.attempts ?? 1),
    ...(isTunnel && { tunnelBytes: isVain ? 0 : Number(record.bytesIn) }),
    ...(!isTunnel && method !== undefined && { method }),
    ...(!isTunnel && route === undefined && path !== undefined && { path }),
  };
}

/** The port in a URL or `host:port`. */
function portOf(upstream: string): number {
  const url = new URL(upstream.includes("://") ? upstream : `tcp://${upstream}`);
  return Number(url.port || (url.protocol === "https:" ? 443 : 80));
}

/** The host in a URL or `host:port`. */
export function hostOf(upstream: string): string {
  return new URL(upstream.includes("://") ? upstream : `tcp://${upstream}`).hostname;
}
