/** A source of whole numbers below a bound; equal seeds give equal sequences. */
export type Random = (below: number) => number;

/** xorshift32: a million draws cost milliseconds, and the same cases come at every run. `TEST_SEED` looks for new ones. */
export function seededRandom(seed = Number(process.env.TEST_SEED ?? 1)): Random {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** One of the items. */
export function pick<T>(random: Random, items: readonly T[]): T {
  return items[random(items.length)] as T;
}

/** Text with one to three changes: a piece removed, a fragment, a random byte or a piece of the text itself put in. */
export function mutateText(random: Random, text: string, fragments: readonly string[]): string {
  let result = text;
  for (let count = 1 + random(3); count > 0; count--) {
    const at = random(result.length + 1);
    const dropped = random(3) === 0 ? random(7) : 0;
    result = result.slice(0, at) + insertion(random, result, fragments) + result.slice(at + dropped);
  }
  return result;
}

function insertion(random: Random, text: string, fragments: readonly string[]): string {
  switch (random(8)) {
    case 0:
      return "";
    case 1:
      return String.fromCharCode(random(256));
    case 2: {
      const from = random(text.length + 1);
      return text.slice(from, from + random(12));
    }
    default:
      return pick(random, fragments);
  }
}

/** Bytes with one to four changes: flipped bits, other values, a length off by one, a piece removed, doubled or cut off. */
export function mutateBytes(random: Random, bytes: Buffer): Buffer {
  let result = Buffer.from(bytes);
  for (let count = 1 + random(4); count > 0 && result.length > 0; count--) {
    const at = random(result.length);
    switch (random(7)) {
      case 0:
        result[at] = (result[at] ?? 0) ^ (1 << random(8));
        break;
      case 1:
        result[at] = pick(random, [0, 1, 2, 3, 22, 127, 128, 255]);
        break;
      case 2:
        result[at] = (result[at] ?? 0) + (random(2) === 0 ? 1 : 255);
        break;
      case 3:
        result = Buffer.concat([result.subarray(0, at), result.subarray(at + 1 + random(4))]);
        break;
      case 4:
        result = Buffer.concat([result.subarray(0, at), result.subarray(Math.max(0, at - random(24)))]);
        break;
      case 5:
        result = result.subarray(0, at);
        break;
      case 6:
        result[at] = random(256);
        break;
    }
  }
  return result;
}
