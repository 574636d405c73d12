import type { Socket } from "node:net";
import type { Exchange } from "../exchange.ts";
import { fieldListHas, responseFields, valuesOf } from "../http/fields.ts";
import type { RequestHead, ResponseHead } from "../http/head.ts";
import { fieldLines } from "../http/message-writer.ts";
import { relay } from "../tunnel/relay.ts";
import type { ClientRequest } from "./client-request.ts";
import type { Framing } from "./head-check.ts";

/** Whether a request may leave HTTP: a GET without body for `websocket` alone (RFC 6455). Others lose their `Upgrade`. */
export function isWebSocket({ method, version, fields }: RequestHead, framing: Framing): boolean {
  if (method !== "GET" || version !== "1.1" || framing !== "none") return false;
  const wanted = valuesOf(fields, "upgrade");
  if (wanted.length !== 1 || wanted[0]?.toLowerCase() !== "websocket") return false;
  return fieldListHas(fields, "connection", "upgrade");
}

/** Whether a 101 leads to what was asked for, if it says where it leads (RFC 9110 section 7.8). */
export function isToWebSocket({ fields }: ResponseHead): boolean {
  return valuesOf(fields, "upgrade").every((protocol) => protocol.toLowerCase() === "websocket");
}

/** The field lines that ask for the upgrade, and that agree to it. */
export const UPGRADE_LINES = "Connection: Upgrade\r\nUpgrade: websocket\r\n";

interface Switch {
  /** The upstream's 101. */
  readonly head: ResponseHead;
  readonly socket: Socket;
  /** Bytes that came with the 101. */
  readonly first: Buffer;
}

/** The upstream agreed: passes its 101 on, then bytes in both directions, those first that came with the request. */
export function switchProtocols(exchange: Exchange, client: ClientRequest, { head, socket, first }: Switch): void {
  const { socket: clientSocket } = client;
  const early = client.detach();
  const lines = `HTTP/1.1 101 ${head.phrase}\r\n${fieldLines(responseFields(head))}${UPGRADE_LINES}\r\n`;
  clientSocket.write(lines, "latin1");
  if (first.length > 0) clientSocket.write(first);
  if (early.length > 0) socket.write(early);
  const before = { client: clientSocket.bytesRead - early.length, upstream: socket.bytesRead - first.length };
  relay(clientSocket, socket, exchange.snapshot.config.timeouts.idle, () => {
    exchange.bytesIn = clientSocket.bytesRead - before.client;
    exchange.bytesOut = socket.bytesRead - before.upstream;
    exchange.finish(101);
    client.gone();
  });
}
