import { connect, type Socket } from "node:net";

export interface DialOptions {
  /** Canonical addresses, in order of preference; each is dialled as it is, nothing is looked up here. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** Milliseconds for each attempt. */
  readonly timeout: number;
  /** Keep the write side open when the peer ends; right for relays, wrong for pooled HTTP connections. */
  readonly allowHalfOpen?: boolean;
  /** Bytes that may wait in the socket before it reports that it is full; Node's default if absent. */
  readonly highWaterMark?: number;
}

/** All attempts failed: `code` is that of the last failure, ETIMEDOUT for silence. */
export class DialError extends Error {
  readonly code: string;

  constructor(code: string, message: string, cause: unknown) {
    super(message, { cause });
    this.name = "DialError";
    this.code = code;
  }
}

/** `address` is the one that answered, of those given. */
export type DialDone = (error: DialError | undefined, socket?: Socket, address?: string) => void;

/** RFC 8305 section 5, Connection Attempt Delay. */
const ATTEMPT_DELAY = 250;

/**
 * Connects to the first of several addresses that answers (Happy Eyeballs, RFC 8305): families alternate, the next
 * attempt starts after 250 ms or as soon as the one before has failed. `done` is called once.
 * @returns a function that gives up all attempts; `done` is not called then.
 */
export function dial(options: DialOptions, done: DialDone): () => void {
  const { addresses, port, timeout, ...socketOptions } = options;
  const waiting = alternate(addresses);
  const attempts: Socket[] = [];
  let racing = 0;
  let stagger: NodeJS.Timeout | undefined;
  let over = false;

  const stop = (winner?: Socket) => {
    over = true;
    clearTimeout(stagger);
    for (const socket of attempts) if (socket !== winner) socket.destroy();
  };
  const attempt = () => {
    clearTimeout(stagger);
    const address = waiting.shift();
    if (address === undefined) return;
    const socket = connect({ ...socketOptions, host: address, port });
    attempts.push(socket);
    racing++;
    const fail = (error: Error) => {
      socket.destroy();
      racing--;
      if (over) return;
      if (waiting.length > 0) attempt();
      else if (racing === 0) {
        over = true;
        done(new DialError((error as NodeJS.ErrnoException).code ?? "ECONNRESET", error.message, error));
      }
    };
    const silent = () => fail(Object.assign(new Error(`no answer from ${address}`), { code: "ETIMEDOUT" }));
    socket.setTimeout(timeout, silent);
    socket.on("error", fail);
    socket.on("connect", () => {
      socket.setTimeout(0, silent);
      socket.off("error", fail);
      stop(socket);
      done(undefined, socket, address);
    });
    if (waiting.length > 0) stagger = setTimeout(attempt, ATTEMPT_DELAY);
  };

  attempt();
  return () => stop();
}

/** Keeps the order within each family and starts with the family of the first address (RFC 8305 section 4). */
function alternate(addresses: readonly string[]): string[] {
  if (addresses.length < 2) return [...addresses];
  const isSix = (address: string) => address.includes(":");
  const preferred = addresses.filter((address) => isSix(address) === isSix(addresses[0] ?? ""));
  const others = addresses.filter((address) => isSix(address) !== isSix(addresses[0] ?? ""));
  const mixed: string[] = [];
  for (let index = 0; index < Math.max(preferred.length, others.length); index++) {
    for (const list of [preferred, others]) {
      const address = list[index];
      if (address !== undefined) mixed.push(address);
    }
  }
  return mixed;
}
