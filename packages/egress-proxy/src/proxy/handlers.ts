import type { Socket } from "node:net";
import type { RequestHead } from "../http/head.ts";
import type { Malformed } from "../http/malformed.ts";
import type { ClientRequest } from "./client-request.ts";

/** What a listener does with what its connections bring. */
export interface Handlers {
  request(request: ClientRequest): void;
  /**
   * @param rest bytes that came behind the head.
   * @param keep gives the connection back for the next request.
   */
  connect(head: RequestHead, client: Socket, rest: Buffer, keep: () => void): void;
  /** Bytes that are no request, or not in time. Must end the connection. */
  malformed(problem: Malformed | "timeout", client: Socket): void;
  /** A bug of ours; the connection ends. */
  failed(error: unknown): void;
}
