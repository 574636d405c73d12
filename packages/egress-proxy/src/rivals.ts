/** Where a listener is to be; without a host on all addresses, IPv6 and IPv4. */
export interface Place {
  readonly host?: string | undefined;
  readonly port: number;
}

/** Whether the system would refuse to open both. `::` takes the IPv4 addresses too. */
export function areRivals(one: Place, other: Place): boolean {
  if (one.port !== other.port || one.port === 0) return false;
  return one.host === other.host || takes(one, other) || takes(other, one);
}

/** Whether a listener has the address of another one, since it has all. */
function takes({ host }: Place, other: Place): boolean {
  if (host === undefined || host === "::") return true;
  return host === "0.0.0.0" && !other.host?.includes(":");
}
