import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { type Address, formatAddress, parseAddress } from "@outrigger/net/address";

/** How long the machine's list of addresses is believed, in milliseconds. */
const INTERFACES_AGE = 5000;

/** The addresses this process listens on: never a destination, or a request would go round for ever. */
export class OwnListeners {
  readonly #bound = new Map<number, Set<string>>();
  #interfaces: { addresses: Set<string>; read: number } | undefined;

  add({ address, port }: Pick<AddressInfo, "address" | "port">): void {
    const addresses = this.#bound.get(port) ?? new Set();
    this.#bound.set(port, addresses.add(canonical(address)));
  }

  remove({ address, port }: Pick<AddressInfo, "address" | "port">): void {
    this.#bound.get(port)?.delete(canonical(address));
  }

  /** Whether connecting there would reach this process. `address` is in its effective form (no mapped IPv4). */
  isOwn(address: Address, port: number): boolean {
    const bound = this.#bound.get(port);
    if (bound === undefined || bound.size === 0) return false;
    const text = formatAddress(address);
    if (bound.has(text) || text === "0.0.0.0" || text === "::") return true;
    if (!bound.has("0.0.0.0") && !bound.has("::")) return false;
    const isLoopback =
      address.family === 4 ? address.words[0] !== undefined && address.words[0] >> 8 === 127 : text === "::1";
    return isLoopback || this.#localAddresses().has(text);
  }

  #localAddresses(): Set<string> {
    const now = performance.now();
    if (this.#interfaces === undefined || now - this.#interfaces.read > INTERFACES_AGE) {
      const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
      this.#interfaces = { addresses: new Set(all.map(({ address }) => canonical(address))), read: now };
    }
    return this.#interfaces.addresses;
  }
}

function canonical(text: string): string {
  const address = parseAddress(text);
  return address ? formatAddress(address) : text;
}
