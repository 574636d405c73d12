import { collide } from "@outrigger/runtime/collide";
import type { From } from "./routes/route.ts";
import { ownPorts } from "./routes/route-table.ts";

/** A key of the configuration that wants a port, and on which addresses. */
export interface Claim {
  /** Below `egress`. */
  readonly path: readonly string[];
  /** For messages. */
  readonly key: string;
  /** Listeners of one kind on one address are one listener. */
  readonly kind: "proxy" | "admin" | From["scheme"];
  readonly port: number;
  /** Undefined: all addresses. */
  readonly hosts: readonly (string | undefined)[];
}

/** What a route wants. */
export function claimOf(from: From): Claim {
  const { text, scheme, direct, authority } = from;
  const hosts = ownPorts(from).map((own) => own.authority.host);
  // Whichever of the two `egress.listen: localhost:1080` is, a route on localhost has it.
  if (direct && authority.host === "localhost") hosts.push(authority.host);
  return { path: ["routes", text], key: text, kind: scheme, port: authority.port, hosts };
}

/** Claims that cannot have what they want because of an earlier one, each with what to write instead. */
export function portClashes(claims: readonly Claim[]): { readonly claim: Claim; readonly message: string }[] {
  const clashes: { claim: Claim; message: string }[] = [];
  /** By port, each with the first key that has it. */
  const taken = new Map<number, { host: string | undefined; kind: Claim["kind"]; key: string }[]>();
  for (const claim of claims) {
    const { key, kind, port, hosts } = claim;
    const listeners = taken.get(port) ?? [];
    taken.set(port, listeners);
    let rival: string | undefined;
    for (const host of hosts) {
      const others = listeners.filter((other) => other.kind !== kind || other.host !== host);
      rival ??= others.find((other) => collide({ host: other.host, port }, { host, port }))?.key;
      if (others.length === listeners.length) listeners.push({ host, kind, key });
    }
    if (rival)
      clashes.push({ claim, message: `needs port ${port} of ${rival} for another listener: use another port` });
  }
  return clashes;
}
