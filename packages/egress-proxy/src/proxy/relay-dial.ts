import type { Socket } from "node:net";
import { dial } from "@outrigger/net/dial";
import type { Engine } from "../engine.ts";
import { CLIENT_GONE, type Exchange } from "../exchange.ts";
import type { Failure } from "../failure.ts";
import { HIGH_WATER_MARK } from "../sockets/reading.ts";
import { upstreamFailure } from "../upstream/upstream-failure.ts";

/** Where a client's bytes are to go. */
export interface RelayTarget {
  /** Judged ones. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** Milliseconds for each address. */
  readonly timeout: number;
  /** For the sentence about a failure. */
  readonly name: string;
}

/** What becomes of a dial: one of these is called, once. */
interface Outcome {
  connected(upstream: Socket): void;
  failed(failure: Failure): void;
  /** The client has gone meanwhile; its exchange is over. */
  abandoned?(): void;
}

/** Connects to where a client's bytes are to be relayed, and gives up when the client goes. */
export function dialForRelay(
  engine: Engine,
  exchange: Exchange,
  client: Socket,
  { addresses, port, timeout, name }: RelayTarget,
  outcome: Outcome,
): void {
  const started = performance.now();
  const options = { addresses, port, timeout, allowHalfOpen: true, highWaterMark: HIGH_WATER_MARK };
  const giveUp = dial(options, (error, upstream, address) => {
    client.off("close", abandon);
    engine.telemetry.dialled((performance.now() - started) / 1000);
    if (upstream === undefined) return outcome.failed(upstreamFailure(error ?? new Error("no connection"), name));
    exchange.address = address;
    outcome.connected(upstream);
  });
  const abandon = () => {
    giveUp();
    outcome.abandoned?.();
    exchange.finish(CLIENT_GONE);
  };
  client.once("close", abandon);
}
