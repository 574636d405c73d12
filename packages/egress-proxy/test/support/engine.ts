import { type Address, parseAddress } from "@outrigger/net/address";
import { Resolver } from "@outrigger/net/resolve";
import { silentLog } from "@outrigger/runtime/log";
import { Registry } from "@outrigger/runtime/metrics";
import { egressSection } from "../../src/config.ts";
import type { Engine } from "../../src/engine.ts";
import { Journal } from "../../src/journal.ts";
import { OwnListeners } from "../../src/own-listeners.ts";
import { createSnapshot } from "../../src/snapshot.ts";
import { createTelemetry } from "../../src/telemetry.ts";
import { UpstreamPool } from "../../src/upstream/pool.ts";

/** What listeners share, without listeners, for this `egress` section. Every name resolves to this address, without DNS. */
export function createEngine(egress: object, address = "93.184.216.34"): Engine {
  const addresses: Address[] = [parseAddress(address)].filter((parsed) => parsed !== undefined);
  const gauges = { connections: () => ({ client: 0, upstream: 0 }), ejected: () => [] };
  return {
    snapshot: createSnapshot(egressSection.schema.parse(egress), new OwnListeners()),
    resolver: Object.assign(new Resolver(), { peek: () => addresses }),
    pool: new UpstreamPool({ idleTimeout: 60_000, onDial: () => {} }),
    unfinished: 0,
    log: silentLog,
    telemetry: createTelemetry(new Registry(), gauges),
    journal: new Journal(),
    mark: "outrigger-0",
  };
}
