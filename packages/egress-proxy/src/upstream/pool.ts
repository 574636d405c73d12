import { Agent, type AgentOptions, type ClientRequest, type ClientRequestArgs, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type DialError, dial } from "@outrigger/net/dial";
import type { TlsIdentity } from "./tls-identity.ts";
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

type Connected = (error: Error | null, stream: Duplex) => void;

interface Entry {
  /** `performance.now()` when it became free; undefined while a request has it. */
  freeSince: number | undefined;
  /** Milliseconds it may stay free. */
  lifetime: number;
}

/** How long a free connection is kept when its server does not say: short of what common servers wait. */
const FREE_LIFETIME = 30_000;
/** Subtracted from a server's own hint: its clock started earlier than ours. */
const HINT_MARGIN = 1000;
const SWEEP_INTERVAL = 1000;

/**
 * Keep-alive connections to upstreams, opened only to judged addresses. Node destroys a free connection that receives
 * bytes nobody asked for; they would be taken for the answer to the next request.
 */
export class UpstreamPool extends Agent {
  readonly #entries = new Map<Socket, Entry>();
  readonly #pool: PoolOptions;
  /** Runs from the first connection on. */
  #sweeper: NodeJS.Timeout | undefined;

  constructor(pool: PoolOptions) {
    const options: AgentOptions = { keepAlive: true, scheduling: "lifo", timeout: pool.idleTimeout };
    super(options);
    this.#pool = pool;
  }

  /** Open connections, free ones included. */
  get size(): number {
    return this.#entries.size;
  }

  /** Closes free connections now and those in use after their request. */
  close(): void {
    clearInterval(this.#sweeper);
    this.maxFreeSockets = 0;
    for (const [socket, { freeSince }] of this.#entries) if (freeSince !== undefined) socket.destroy();
  }

  /** Drops free connections of a name: one of them was dead, so the others are likely to be. */
  forget(poolName: string): void {
    for (const socket of this.freeSockets[poolName] ?? []) socket.destroy();
  }

  override getName(options?: object): string {
    return (options as Destination | undefined)?.poolName ?? "";
  }

  override createConnection(options: ClientRequestArgs, callback?: Connected): undefined {
    const { addresses, port, connectTimeout, tls } = options as unknown as Destination;
    const started = performance.now();
    // The agent looks at the stream only when there is no error.
    const done = callback as (error: Error | null | undefined, stream?: Duplex) => void;
    dial({ addresses, port, timeout: connectTimeout }, (error: DialError | undefined, socket?: Socket) => {
      this.#pool.onDial((performance.now() - started) / 1000);
      if (socket === undefined) done(error ?? new Error("no connection"));
      else if (tls === undefined) done(null, this.#adopt(socket));
      else this.#secure(socket, tls, connectTimeout, done);
    });
    return undefined;
  }

  override keepSocketAlive(socket: Socket & { _httpMessage?: { res?: IncomingMessage } }): boolean {
    const entry = this.#entries.get(socket);
    const lifetime = lifetimeOf(socket._httpMessage?.res?.rawHeaders ?? []);
    if (entry === undefined || lifetime <= 0) return false;
    entry.freeSince = performance.now();
    entry.lifetime = lifetime;
    return true;
  }

  override reuseSocket(socket: Socket, request: ClientRequest): void {
    super.reuseSocket(socket, request);
    const entry = this.#entries.get(socket);
    if (entry) entry.freeSince = undefined;
  }

  /** TLS is loaded by the first https upstream: it costs 4 MB that a forward proxy need not pay. */
  #secure(
    socket: Socket,
    tls: TlsIdentity,
    timeout: number,
    done: (error: Error | null | undefined, stream?: Duplex) => void,
  ): void {
    import("./tls-connect.ts")
      .then(({ secure }) => {
        secure(socket, tls, timeout, (error, secured) => {
          if (secured === undefined) done(error ?? new Error("no TLS"));
          else done(null, this.#adopt(secured));
        });
      })
      .catch(done);
  }

  #adopt(socket: Socket): Socket {
    const entry: Entry = { freeSince: undefined, lifetime: 0 };
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_INTERVAL).unref();
    this.#entries.set(socket, entry);
    socket.setNoDelay(true);
    socket.setTimeout(this.#pool.idleTimeout);
    socket.on("timeout", () => socket.destroy(new UpstreamTimeout("the upstream was silent for too long")));
    socket.once("close", () => this.#entries.delete(socket));
    return socket;
  }

  #sweep(): void {
    const now = performance.now();
    for (const [socket, { freeSince, lifetime }] of this.#entries) {
      if (freeSince !== undefined && now - freeSince > lifetime) socket.destroy();
    }
  }
}

/** Reads `Keep-Alive: timeout=5`, which many servers send and all mean. */
function lifetimeOf(rawHeaders: readonly string[]): number {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.length !== 10 || rawHeaders[index]?.toLowerCase() !== "keep-alive") continue;
    const seconds = /(?:^|[\s,])timeout=(\d{1,6})/i.exec(rawHeaders[index + 1] ?? "")?.[1];
    if (seconds !== undefined) return Math.min(Number(seconds) * 1000 - HINT_MARGIN, FREE_LIFETIME);
  }
  return FREE_LIFETIME;
}
