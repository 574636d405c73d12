/**
 * An IP address as 16-bit words, most significant first: two words for IPv4, eight for IPv6.
 * Words instead of text, because every textual comparison of addresses has been a bypass somewhere.
 */
export interface Address {
  readonly family: 4 | 6;
  readonly words: readonly number[];
}

const QUAD = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;
const GROUP = /^[0-9a-fA-F]{1,4}$/;

/**
 * Reads one canonical IPv4 or textual IPv6 address (RFC 4291 section 2.2, without a zone).
 * Octal, hexadecimal, short and decimal forms of IPv4 are no addresses here: `undefined`.
 */
export function parseAddress(text: string): Address | undefined {
  return text.includes(":") ? parseIPv6(text) : parseIPv4(text);
}

/** Reads a canonical dotted quad: four decimal octets without leading zeros. */
export function parseIPv4(text: string): Address | undefined {
  const match = QUAD.exec(text);
  if (match === null) return undefined;
  const [a, b, c, d] = [Number(match[1]), Number(match[2]), Number(match[3]), Number(match[4])];
  if (a > 255 || b > 255 || c > 255 || d > 255) return undefined;
  return { family: 4, words: [a * 256 + b, c * 256 + d] };
}

/** Reads an IPv6 address, with `::` and with a dotted quad at the end; a zone is refused. */
export function parseIPv6(text: string): Address | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = readGroups(halves[0] ?? "", halves.length === 1);
  const tail = halves.length === 2 ? readGroups(halves[1] ?? "", true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  return { family: 6, words: [...head, ...new Array<number>(missing).fill(0), ...tail] };
}

function readGroups(text: string, mayEndInQuad: boolean): number[] | undefined {
  if (text === "") return [];
  const groups = text.split(":");
  const words: number[] = [];
  for (const [index, group] of groups.entries()) {
    if (GROUP.test(group)) words.push(Number.parseInt(group, 16));
    else {
      const quad = mayEndInQuad && index === groups.length - 1 ? parseIPv4(group) : undefined;
      if (quad === undefined) return undefined;
      words.push(...quad.words);
    }
  }
  return words;
}

/** The canonical text: dotted quad, or RFC 5952 (lower case, the longest run of zeros as `::`). */
export function formatAddress(address: Address): string {
  if (address.family === 4) {
    const [high = 0, low = 0] = address.words;
    return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  }
  const run = longestZeroRun(address.words);
  const hex = (words: readonly number[]) => words.map((word) => word.toString(16)).join(":");
  if (run.length < 2) return hex(address.words);
  return `${hex(address.words.slice(0, run.start))}::${hex(address.words.slice(run.start + run.length))}`;
}

function longestZeroRun(words: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (let index = 0; index <= words.length; index++) {
    if (words[index] === 0) continue;
    if (index - start > best.length) best = { start, length: index - start };
    start = index + 1;
  }
  return best;
}

/** The IPv4 address in the last 32 bits of an IPv6 address. */
export function lastQuad(address: Address): Address {
  return { family: 4, words: address.words.slice(-2) };
}
