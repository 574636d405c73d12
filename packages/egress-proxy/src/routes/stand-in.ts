import { type Address, formatAddress } from "@outrigger/net/address";
import type { Route } from "./route.ts";

/**
 * Whether an address is that of a route's own listener, to which the hosts file may lead applications that ignore proxy
 * variables (`hostAliases`). 127.0.0.1 and ::1 are none: they have other names too.
 */
export function isStandIn(routes: readonly Route[], address: Address): boolean {
  const isLoopback = address.family === 4 && (address.words[0] ?? 0) >> 8 === 127;
  const text = formatAddress(address);
  return isLoopback && text !== "127.0.0.1" && routes.some(({ from }) => from.direct && from.authority.host === text);
}
