import type { Socket } from "node:net";
import { descriptorFailure, type Failure, limitFailure } from "../failure.ts";
import { connectionsWithinDescriptors } from "./descriptors.ts";
import { type Listed, Roster } from "./roster.ts";

interface Entry extends Listed {
  readonly socket: Socket;
  /** When it was accepted; infinite for those that may stay silent. */
  readonly accepted: number;
}

/** Client connections of all listeners, for the limit, the metric and the drain. */
export class Connections {
  readonly #open = new Roster<Entry>();
  #waiters: (() => void)[] = [];
  readonly #onShortage: () => void;
  #room: number | undefined;

  /** @param onShortage called for connections that are refused although the configuration has room for them. */
  constructor(onShortage: () => void) {
    this.#onShortage = onShortage;
  }

  get size(): number {
    return this.#open.size;
  }

  /**
   * Why another connection must not be accepted, if so.
   * @param limit that of the configuration.
   * @param size how many others there are.
   */
  refusal(limit: number, size = this.size): Failure | undefined {
    this.#room ??= connectionsWithinDescriptors();
    if (size < limit && size < this.#room) return undefined;
    if (size >= limit) return limitFailure(limit);
    this.#onShortage();
    return descriptorFailure(size);
  }

  /**
   * Counts the connection until it closes.
   * @param maybeSilent the server may be the first to speak, or the only one.
   */
  add(socket: Socket, { maybeSilent } = { maybeSilent: false }): void {
    const entry = { socket, accepted: maybeSilent ? Number.POSITIVE_INFINITY : performance.now(), place: 0 };
    this.#open.add(entry);
    socket.on("close", () => {
      this.#open.remove(entry);
      if (this.#open.size > 0) return;
      for (const waiter of this.#waiters) waiter();
      this.#waiters = [];
    });
  }

  /** Whether a connection is open that has sent something, or need not. */
  get hasUsed(): boolean {
    for (const { socket, accepted } of this.#open.all())
      if (socket.bytesRead > 0 || accepted === Number.POSITIVE_INFINITY) return true;
    return false;
  }

  /** Ends connections that have not sent a byte for this many milliseconds since they were accepted, and should have. */
  closeUnused(age: number): void {
    const latest = performance.now() - age;
    for (const { socket, accepted } of this.#open.all())
      if (socket.bytesRead === 0 && accepted < latest) socket.destroy();
  }

  /** Settles when no connection is left. */
  whenEmpty(): Promise<void> {
    return this.#open.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Cuts what is left; returns how many there were. */
  cutAll(): number {
    const count = this.#open.size;
    for (const { socket } of this.#open.all()) socket.destroy();
    return count;
  }
}
