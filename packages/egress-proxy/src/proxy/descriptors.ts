import { descriptors } from "@outrigger/runtime/descriptors";

/** For listeners, DNS, files that are read again, and the second address of a dial. */
const RESERVE = 16;
/** Each client connection has one to an upstream. */
const PER_CONNECTION = 2;

/**
 * How many client connections the file descriptors of this process are enough for; infinite where that is not known.
 *
 * Node gives no chance to stop accepting at EMFILE: libuv closes what clients open then, without a word to anybody.
 */
export function connectionsWithinDescriptors(): number {
  const { limit, open } = descriptors();
  return Math.max(1, Math.floor((limit - open - RESERVE) / PER_CONNECTION));
}
