import { collide } from "@outrigger/runtime/collide";
import type { ListenAddress } from "@outrigger/runtime/listen";
import type { From } from "./routes/route.ts";
import { ownPorts } from "./routes/route-table.ts";

/** A key of the configuration, and where it wants to listen. */
export interface Claim {
  /** Below `egress`. */
  readonly path: readonly string[];
  /** For messages. */
  readonly key: string;
  /** Listeners of one kind on one address are one listener. */
  readonly kind: "proxy" | "admin" | From["scheme"];
  readonly places: readonly ListenAddress[];
}

/** What a route wants. */
export function claimOf(from: From): Claim {
  const places = ownPorts(from).map(({ authority }) => authority);
  // Whichever of the two `egress.listen: localhost:1080` is, a route on localhost has it.
  if (from.direct && from.authority.host === "localhost") places.push(from.authority);
  return { path: ["routes", from.text], key: from.text, kind: from.scheme, places };
}

/** Claims that cannot have what they want because of an earlier one, each with what to write instead. */
export function portClashes(claims: readonly Claim[]): { readonly claim: Claim; readonly message: string }[] {
  const clashes: { claim: Claim; message: string }[] = [];
  /** By port, each with the first key that has it. */
  const taken = new Map<number, { place: ListenAddress; kind: Claim["kind"]; key: string }[]>();
  for (const claim of claims) {
    const { key, kind, places } = claim;
    let rival: string | undefined;
    for (const place of places) {
      const listeners = taken.get(place.port) ?? [];
      const isSame = (other: { place: ListenAddress; kind: Claim["kind"] }) =>
        other.kind === kind && other.place.host === place.host;
      rival ??= listeners.find((other) => !isSame(other) && collide(other.place, place))?.key;
      if (!listeners.some(isSame)) taken.set(place.port, [...listeners, { place, kind, key }]);
    }
    if (rival) clashes.push({ claim, message: `needs the port of ${rival} for another listener: use another port` });
  }
  return clashes;
}
