import { type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Exchange } from "../exchange.ts";
import { relay } from "../tunnel/relay.ts";
import { responseFields } from "./fields.ts";

/** Whether a request may leave HTTP: a GET without body for `websocket` alone (RFC 6455). Others lose their `Upgrade`. */
export function isWebSocket({ method, headers }: IncomingMessage): boolean {
  if (method !== "GET" || headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined)
    return false;
  return headers.upgrade?.trim().toLowerCase() === "websocket";
}

/** The fields that ask the upstream for the upgrade the client asked for. */
export const UPGRADE_FIELDS: readonly string[] = ["Connection", "Upgrade", "Upgrade", "websocket"];

/** An answer object for a request whose connection has left the HTTP server; the connection ends with the answer. */
export function detachedResponse(request: IncomingMessage, socket: Socket): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once("finish", () => socket.destroySoon());
  socket.on("error", () => socket.destroy());
  return response;
}

interface Switch {
  /** The upstream's 101. */
  readonly message: IncomingMessage;
  readonly socket: Socket;
  /** Bytes that came with the 101. */
  readonly first: Buffer;
  /** Bytes that came with the client's request. */
  readonly head: Buffer;
}

/** The upstream agreed: passes its 101 on, then bytes in both directions. */
export function switchProtocols(
  exchange: Exchange,
  response: ServerResponse,
  { message, socket, first, head }: Switch,
): void {
  const client = response.socket;
  if (client === null) {
    socket.destroy();
    return;
  }
  response.detachSocket(client);
  const fields = [...responseFields(message.rawHeaders), ...UPGRADE_FIELDS];
  let text = `HTTP/1.1 101 ${message.statusMessage ?? "Switching Protocols"}\r\n`;
  for (let index = 0; index < fields.length; index += 2) text += `${fields[index]}: ${fields[index + 1]}\r\n`;
  client.write(`${text}\r\n`, "latin1");
  if (first.length > 0) client.write(first);
  if (head.length > 0) socket.write(head);
  const before = { client: client.bytesRead - head.length, upstream: socket.bytesRead - first.length };
  exchange.address = socket.remoteAddress;
  relay(client, socket, exchange.snapshot.config.timeouts.idle, () => {
    exchange.bytesIn = client.bytesRead - before.client;
    exchange.bytesOut = socket.bytesRead - before.upstream;
    exchange.finish(101);
    response.emit("close");
  });
}
