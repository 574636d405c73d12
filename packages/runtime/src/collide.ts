import { isIPv4 } from "node:net";
import type { ListenAddress } from "./listen.ts";

/**
 * Whether the system would refuse to have both listen at once, as far as that can be said before they are opened: what a
 * name other than the same name stands for is not known here.
 *
 * A port is taken for the address of a listener (socket(7), SO_REUSEADDR), by 0.0.0.0 for every IPv4 address, and by `::` for
 * those of IPv4 too, as Node does not set IPV6_V6ONLY (ipv6(7)). Port 0 is a free port.
 */
export function collide(one: ListenAddress, other: ListenAddress): boolean {
  if (one.port !== other.port || one.port === 0) return false;
  const [here, there] = [canonical(one), canonical(other)];
  return here === there || covers(here, there) || covers(there, here);
}

function covers(host: string, other: string): boolean {
  return host === "::" || (host === "0.0.0.0" && isIPv4(other));
}

/** Equal for equal addresses: `::ffff:127.0.0.1` listens as 127.0.0.1. */
function canonical({ host = "::" }: ListenAddress): string {
  if (!host.includes(":") || !URL.canParse(`http://[${host}]`)) return host.toLowerCase();
  const address = new URL(`http://[${host}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(address) ?? [];
  if (high === undefined || low === undefined) return address;
  return [high, low].flatMap((word) => [Number.parseInt(word, 16) >> 8, Number.parseInt(word, 16) & 255]).join(".");
}
