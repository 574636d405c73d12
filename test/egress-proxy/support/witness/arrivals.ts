import type { Server, Socket } from "node:net";

/** One connection that a server of the tests accepted, with every byte it brought. */
export interface Arrival {
  /** Where it arrived: the server's own address, without the IPv6 form of IPv4. */
  readonly address: string;
  readonly port: number;
  readonly socket: Socket;
  /** In Latin-1; of TLS, what was inside. */
  bytes: string;
}

/** A name that a DNS server of the tests was asked for. */
export interface Query {
  readonly name: string;
}

/** Everything that reached servers of this process since the last {@link takeArrivals}. */
let arrivals: Arrival[] = [];
let queries: Query[] = [];

/** Records what reaches a server. To be called once it is complete, so that its own listeners come first. */
export function recordArrivals(server: Server, { tls = false } = {}): void {
  server.on(tls ? "secureConnection" : "connection", (socket: Socket) => {
    const { localAddress = "", localPort = 0 } = socket;
    const arrival = { address: localAddress.replace(/^::ffff:(?=\d+\.)/, ""), port: localPort, socket, bytes: "" };
    arrivals.push(arrival);
    socket.on("data", (chunk: Buffer) => {
      arrival.bytes += chunk.toString("latin1");
    });
  });
}

/** Records that a DNS server was asked for a name. */
export function recordQuery(name: string): void {
  queries.push({ name });
}

/** Ends the connections that tests left open, so that what went over them is finished and gets its audit record. */
export function endArrivals(): void {
  for (const { socket } of arrivals) socket.destroy();
}

/** Returns everything recorded so far and forgets it. */
export function takeArrivals(): { arrivals: Arrival[]; queries: Query[] } {
  const taken = { arrivals, queries };
  arrivals = [];
  queries = [];
  return taken;
}
