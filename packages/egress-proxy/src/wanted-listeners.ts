import type { ListenAddress } from "@outrigger/runtime/listen";
import type { EgressConfig } from "./config.ts";
import type { Route } from "./routes/route.ts";
import { type OwnPort, ownPorts } from "./routes/route-table.ts";

/** A listener that a configuration asks for. */
export interface Wanted extends ListenAddress {
  /** The configuration key, for messages. */
  readonly key: string;
  /** Where its routes are; absent on the proxy port. */
  readonly own?: OwnPort;
  readonly certificate?: Route["certificate"];
  /** Its absence on this machine is no failure. */
  readonly optional?: boolean;
}

/** The listeners of a configuration, the proxy port first, by an id that is equal for equal listeners. */
export function wantedListeners({ listen, routes }: EgressConfig): Map<string, Wanted> {
  const { host, port } = listen;
  const wanted = new Map<string, Wanted>([[`proxy ${host ?? ""} ${port}`, { host, port, key: "egress.listen" }]]);
  for (const { from, certificate } of routes) {
    const key = `egress.routes["${from.text}"]`;
    for (const [index, own] of ownPorts(from).entries()) {
      const { scheme, authority } = own;
      const id = [scheme, authority.host, authority.port, certificate?.cert ?? "", certificate?.key ?? ""].join(" ");
      wanted.set(id, { host: authority.host, port: authority.port, key, own, certificate, optional: index > 0 });
    }
  }
  return wanted;
}
