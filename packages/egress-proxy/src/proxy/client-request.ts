import type { IncomingMessage, ServerResponse } from "node:http";
import type { Exchange } from "../exchange.ts";
import type { Framing } from "./head-check.ts";

/** A request whose head has been checked, with what answers it and what records it. */
export interface ClientRequest {
  readonly exchange: Exchange;
  readonly client: IncomingMessage;
  readonly response: ServerResponse;
  readonly framing: Framing;
  /** Bytes that came with an upgrade; absent for ordinary requests. */
  readonly upgradeHead: Buffer | undefined;
}
