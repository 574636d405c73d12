import { type Address, formatAddress, lastQuad } from "@outrigger/net/address";
import { type Cidr, contains, findBlock } from "@outrigger/net/cidr";
import type { Authority } from "../authority.ts";
import type { Route } from "../routes/route.ts";
import { BUILT_IN, CARRIERS, EMBEDDING, isPublicForm, METADATA_NAMES, PRIVATE } from "./address-lists.ts";

/** Why an address may not be dialled. */
export type AddressReason =
  | "address_prohibited"
  | "address_private"
  | "address_not_in_resolvesTo"
  | "address_denied"
  | "proxy_loop";

/** What the guard needs to know of a rule or of a route's upstream. */
export interface Grant {
  /** The host is written out in the configuration: the very literal, or `localhost`, is permitted as it is. */
  readonly spellsHost: boolean;
  /** Blocks the addresses must lie in; inside them the built-in lists do not apply. Empty: what the guard permits. */
  readonly resolvesTo: readonly Cidr[];
  /** The route whose upstream is meant; absent for rules. */
  readonly route?: Pick<Route, "from" | "upstreams">;
}

/** The addresses that may be dialled, and why the others may not. */
export interface Judgement {
  readonly permitted: readonly string[];
  readonly refused: readonly { readonly address: string; readonly reason: AddressReason }[];
}

/** Whether an address and port is one this process listens on. */
type OwnListener = (address: Address, port: number) => boolean;

export interface GuardOptions {
  readonly deny: readonly Cidr[];
  readonly allow: readonly Cidr[];
  readonly isOwn: OwnListener;
}

/** Judges the addresses that a destination resolved to. Rules grant names; the guard decides where names may lead. */
export class Guard {
  readonly #options: GuardOptions;

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  /** The address that a name is refused for before it is looked up; a rule may say what else it stands for. */
  refusedAddress({ host }: Authority, grants: readonly Grant[]): string | undefined {
    return grants.some((grant) => grant.resolvesTo.length > 0) ? undefined : METADATA_NAMES.get(host);
  }

  /** An address that any of the grants permits is permitted; without a grant (report, learn) the lists alone decide. */
  judge(authority: Authority, addresses: readonly Address[], grants: readonly Grant[]): Judgement {
    const permitted: string[] = [];
    const refused: { address: string; reason: AddressReason }[] = [];
    for (const address of addresses) {
      // A name that leads back here is a mistake as a whole, whatever else it resolves to.
      if (this.isOwn(address, authority.port)) {
        return { permitted: [], refused: [{ address: formatAddress(address), reason: "proxy_loop" }] };
      }
      const reason = this.#objection(authority, address, grants);
      if (reason === undefined) permitted.push(formatAddress(address));
      else refused.push({ address: formatAddress(address), reason });
    }
    return { permitted, refused };
  }

  /** Whether connecting there would reach this process. */
  isOwn(address: Address, port: number): boolean {
    return formsOf(address).some((form) => this.#options.isOwn(form, port));
  }

  #objection(authority: Authority, address: Address, grants: readonly Grant[]): AddressReason | undefined {
    const forms = formsOf(address);
    if (forms.some((form) => findBlock(this.#options.deny, form))) return "address_denied";
    let objection: AddressReason | undefined;
    for (const grant of grants.length > 0 ? grants : [NO_GRANT]) {
      const reason = this.#objectionOf(grant, authority, address, forms);
      if (reason === undefined) return undefined;
      objection ??= reason;
    }
    return objection;
  }

  #objectionOf(grant: Grant, authority: Authority, address: Address, forms: readonly Address[]) {
    if (grant.resolvesTo.length > 0) {
      return findBlock(grant.resolvesTo, effective(address)) ? undefined : "address_not_in_resolvesTo";
    }
    // `localhost` never goes to DNS, so what it stands for is permitted with the name.
    if (grant.spellsHost && (authority.kind !== "name" || authority.host === "localhost")) return undefined;
    for (const form of forms) {
      if (findBlock(this.#options.allow, form)) continue;
      if (findBlock(BUILT_IN, form)) return "address_prohibited";
      if (authority.kind === "name" && isPublicForm(authority.host) && findBlock(PRIVATE, form))
        return "address_private";
    }
    return undefined;
  }
}

const NO_GRANT: Grant = { spellsHost: false, resolvesTo: [] };

/** The address that a packet to this one really reaches: the IPv4 address within a mapped, compatible or translated one. */
export function effective(address: Address): Address {
  if (address.family === 4 || isUnspecifiedOrLoopback(address)) return address;
  return findBlock(EMBEDDING, address) ? lastQuad(address) : address;
}

/** `::` and `::1` lie in `::/96` but embed nothing. */
export function isUnspecifiedOrLoopback({ words }: Pick<Address, "words">): boolean {
  return words.every((word, index) => (index < 7 ? word === 0 : word <= 1));
}

/** Every address that this one stands for; all of them must be acceptable. */
function formsOf(address: Address): Address[] {
  const target = effective(address);
  if (target.family === 4) return [target];
  const forms = [target];
  for (const { block, quadAt } of CARRIERS) {
    if (contains(block, target)) forms.push({ family: 4, words: target.words.slice(quadAt, quadAt + 2) });
  }
  // ISATAP (RFC 5214 section 6.1): an interface identifier 0000:5efe or 0200:5efe before the IPv4 address.
  if (target.words[5] === 0x5efe && ((target.words[4] ?? 0) & 0xfdff) === 0) forms.push(lastQuad(target));
  return forms;
}
