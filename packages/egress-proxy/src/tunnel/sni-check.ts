import { parseAddress } from "@outrigger/net/address";
import { readClientHello } from "./client-hello.ts";

export type SniReason = "sni_mismatch" | "sni_missing" | "not_tls";

/** What is known about the first bytes of a tunnel. */
export type SniVerdict =
  | { readonly state: "undecided" }
  | { readonly state: "accepted"; readonly sni: string }
  | { readonly state: "refused"; readonly reason: SniReason; readonly sni?: string };

/** Judges the first bytes of a tunnel that may carry TLS to one name only. Feed it until it has decided. */
export class SniCheck {
  readonly #host: string;
  readonly #chunks: Buffer[] = [];
  #total = 0;
  #needed = 1;

  /** @param host the canonical host of the CONNECT. */
  constructor(host: string) {
    this.#host = host;
  }

  /** All bytes so far, to be forwarded once accepted. */
  get bytes(): Buffer {
    return this.#chunks.length === 1 ? (this.#chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#chunks);
  }

  push(chunk: Buffer): SniVerdict {
    this.#chunks.push(chunk);
    this.#total += chunk.length;
    // Reading again at every byte of a slow sender would cost the square of the length.
    if (this.#total < this.#needed && this.#total > 6) return { state: "undecided" };
    const hello = readClientHello(this.bytes);
    if (hello.state === "invalid") return { state: "refused", reason: "not_tls" };
    if (hello.state === "incomplete") {
      this.#needed = hello.needed;
      return { state: "undecided" };
    }
    const [sni] = hello.serverNames;
    if (sni === undefined) return { state: "refused", reason: "sni_missing" };
    const isHost = hello.serverNames.length === 1 && canonicalSni(sni) === this.#host;
    // An address is no server name (RFC 6066 section 3); what a server makes of one is anybody's guess.
    return isHost && parseAddress(this.#host) === undefined
      ? { state: "accepted", sni }
      : { state: "refused", reason: "sni_mismatch", sni };
  }
}

/** Case folded for ASCII only, without one trailing dot; anything else must be equal byte for byte. */
export function canonicalSni(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).replace(/\.$/, "");
}
