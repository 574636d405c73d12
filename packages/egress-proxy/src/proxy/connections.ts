import type { Socket } from "node:net";

/** Client connections of all listeners, for the limit, the metric and the drain. */
export class Connections {
  readonly #open = new Set<Socket>();
  #waiters: (() => void)[] = [];

  get size(): number {
    return this.#open.size;
  }

  /** Counts the connection until it closes. */
  add(socket: Socket): void {
    this.#open.add(socket);
    socket.once("close", () => {
      this.#open.delete(socket);
      if (this.#open.size > 0) return;
      for (const waiter of this.#waiters) waiter();
      this.#waiters = [];
    });
  }

  /** Settles when no connection is left. */
  whenEmpty(): Promise<void> {
    return this.#open.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Cuts what is left; returns how many there were. */
  cutAll(): number {
    const count = this.#open.size;
    for (const socket of this.#open) socket.destroy();
    return count;
  }
}
