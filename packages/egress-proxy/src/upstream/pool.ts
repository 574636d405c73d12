import type { Socket } from "node:net";
import { type DialError, dial } from "@outrigger/net/dial";
import { HIGH_WATER_MARK } from "../sockets/reading.ts";
import type { TlsIdentity } from "./tls-identity.ts";
import { type ConnectionOwner, UpstreamConnection } from "./upstream-connection.ts";
import { UpstreamTimeout } from "./upstream-failure.ts";

/** Where a connection leads. Connections are shared only between requests with equal `poolName`. */
export interface Destination {
  /** Scheme, name, port, permitted addresses, TLS identity and route: everything that a verdict depended on. */
  readonly poolName: string;
  readonly addresses: readonly string[];
  readonly port: number;
  /** Milliseconds for each address, and for the TLS handshake. */
  readonly connectTimeout: number;
  /** Absent: plain HTTP. */
  readonly tls?: TlsIdentity | undefined;
}

export interface PoolOptions {
  /** Milliseconds without a byte after which a connection is cut, in use or not. */
  readonly idleTimeout: number;
  readonly onDial: (seconds: number) => void;
}

export type Connected = (error: Error | undefined, connection?: UpstreamConnection) => void;

interface Entry {
  /** `performance.now()` when it becomes too old; undefined while a request has it. */
  freeUntil: number | undefined;
  /** Bytes that had passed when the sweeper last saw a change, and when that was. */
  bytes: number;
  since: number;
}

/** Free connections of one name; more are closed. */
const MOST_FREE = 256;
const SWEEP_INTERVAL = 1000;

/**
 * Keep-alive connections to upstreams, opened only to judged addresses. One sweep a second looks after all of them: a timer
 * for each would be set back at every byte.
 */
export class UpstreamPool implements ConnectionOwner {
  readonly #free = new Map<string, UpstreamConnection[]>();
  readonly #entries = new Map<UpstreamConnection, Entry>();
  readonly #options: PoolOptions;
  /** Runs while there are connections. */
  #sweeper: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Open connections, free ones included. */
  get size(): number {
    return this.#entries.size;
  }

  /** Closes free connections now and those in use after their request. */
  close(): void {
    this.#isClosed = true;
    for (const name of [...this.#free.keys()]) this.forget(name);
  }

  /** Drops free connections of a name: one of them was dead, so the others are likely to be. */
  forget(poolName: string): void {
    const connections = this.#free.get(poolName) ?? [];
    this.#free.delete(poolName);
    for (const connection of connections) connection.destroy();
  }

  /** The connection that was freed last: it is the least likely to have been closed meanwhile. */
  take(poolName: string): UpstreamConnection | undefined {
    const free = this.#free.get(poolName);
    for (let connection = free?.pop(); connection !== undefined; connection = free?.pop()) {
      const entry = this.#entries.get(connection);
      if (entry === undefined || connection.socket.destroyed) continue;
      entry.freeUntil = undefined;
      return connection;
    }
    return undefined;
  }

  /** Opens a connection. `done` is called once, unless the returned function gives up before. */
  connect(destination: Destination, done: Connected): () => void {
    const { addresses, port, connectTimeout, tls } = destination;
    const started = performance.now();
    let isOver = false;
    const giveUp = dial(
      { addresses, port, timeout: connectTimeout, highWaterMark: HIGH_WATER_MARK },
      (error: DialError | undefined, socket, address) => {
        this.#options.onDial((performance.now() - started) / 1000);
        if (socket === undefined) return done(error);
        const adopt = (ready: Socket) => done(undefined, this.#adopt(ready, destination.poolName, address ?? ""));
        if (tls === undefined) return adopt(socket);
        secure(socket, tls, connectTimeout, (failure, secured) => {
          if (isOver) secured?.destroy();
          else if (secured === undefined) done(failure);
          else adopt(secured);
        });
      },
    );
    return () => {
      isOver = true;
      giveUp();
    };
  }

  freed(connection: UpstreamConnection, lifetime: number): void {
    const entry = this.#entries.get(connection);
    const free = this.#free.get(connection.name);
    if (entry === undefined || this.#isClosed || (free !== undefined && free.length >= MOST_FREE)) {
      connection.destroy();
      return;
    }
    entry.freeUntil = performance.now() + lifetime;
    if (free === undefined) this.#free.set(connection.name, [connection]);
    else free.push(connection);
  }

  closed(connection: UpstreamConnection): void {
    this.#entries.delete(connection);
    this.#drop(connection);
    if (this.#entries.size > 0) return;
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
  }

  #drop(connection: UpstreamConnection): void {
    const free = this.#free.get(connection.name);
    const index = free?.indexOf(connection) ?? -1;
    if (index >= 0) free?.splice(index, 1);
    if (free?.length === 0) this.#free.delete(connection.name);
  }

  #adopt(socket: Socket, name: string, address: string): UpstreamConnection {
    const connection = new UpstreamConnection(socket, { name, address }, this);
    this.#entries.set(connection, { freeUntil: undefined, bytes: 0, since: performance.now() });
    const interval = Math.min(SWEEP_INTERVAL, this.#options.idleTimeout / 4);
    this.#sweeper ??= setInterval(() => this.#sweep(), interval).unref();
    return connection;
  }

  #sweep(): void {
    const now = performance.now();
    for (const [connection, entry] of this.#entries) {
      const bytes = connection.socket.bytesRead + connection.socket.bytesWritten;
      if (bytes !== entry.bytes) Object.assign(entry, { bytes, since: now });
      if (entry.freeUntil !== undefined && now > entry.freeUntil) connection.destroy();
      else if (now - entry.since > this.#options.idleTimeout) {
        connection.destroy(new UpstreamTimeout("the upstream was silent for too long"));
      }
    }
  }
}

/** TLS is loaded by the first https upstream: it costs 4 MB that a forward proxy need not pay. */
function secure(
  socket: Socket,
  tls: TlsIdentity,
  timeout: number,
  done: (error?: Error, secured?: Socket) => void,
): void {
  import("./tls-connect.ts").then((module) => module.secure(socket, tls, timeout, done)).catch(done);
}
