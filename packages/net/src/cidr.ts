import { type Address, parseAddress } from "./address.ts";

/** A block of addresses, `10.0.0.0/8` or `fc00::/7`. */
export interface Cidr {
  readonly family: 4 | 6;
  readonly words: readonly number[];
  readonly bits: number;
  /** As it was written. */
  readonly text: string;
}

/**
 * Reads `address/bits`, or a bare address as the block of that one address.
 * @throws {RangeError} with a sentence that says what is wrong, also when host bits are set.
 */
export function parseCidr(text: string): Cidr {
  const slash = text.indexOf("/");
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) throw new RangeError(`"${text}" is not an address block: write 10.0.0.0/8 or fc00::/7`);
  const width = address.family === 4 ? 32 : 128;
  const suffix = slash < 0 ? String(width) : text.slice(slash + 1);
  const bits = /^(?:0|[1-9]\d{0,2})$/.test(suffix) ? Number(suffix) : Number.NaN;
  if (!(bits <= width)) throw new RangeError(`"${text}" has no prefix length from 0 to ${width}`);
  if (!samePrefix(address.words, maskedWords(address.words, bits), width)) {
    throw new RangeError(`"${text}" has bits set behind its prefix of ${bits}`);
  }
  return { family: address.family, words: address.words, bits, text };
}

/** Whether the address lies in the block. Families never mix. */
export function contains(block: Cidr, address: Address): boolean {
  return block.family === address.family && samePrefix(block.words, address.words, block.bits);
}

/** The first block that holds the address. */
export function findBlock(blocks: readonly Cidr[], address: Address): Cidr | undefined {
  return blocks.find((block) => contains(block, address));
}

function samePrefix(left: readonly number[], right: readonly number[], bits: number): boolean {
  for (let index = 0, rest = bits; rest > 0; index++, rest -= 16) {
    const mask = rest >= 16 ? 0xffff : (0xffff << (16 - rest)) & 0xffff;
    if (((left[index] ?? 0) & mask) !== ((right[index] ?? 0) & mask)) return false;
  }
  return true;
}

function maskedWords(words: readonly number[], bits: number): number[] {
  return words.map((word, index) => {
    const rest = bits - index * 16;
    if (rest >= 16) return word;
    return rest <= 0 ? 0 : word & ((0xffff << (16 - rest)) & 0xffff);
  });
}
