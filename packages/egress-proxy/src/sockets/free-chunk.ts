/** Smaller ones cost more to free than they hold. */
const WORTHWHILE = 4096;

/**
 * Frees the memory of a chunk that was read from a socket and is not needed any more; the chunk is empty afterwards.
 *
 * A chunk is 64 KiB outside the heap behind an object of a hundred bytes: garbage collection counts the object, and looks
 * at it when some 80 MiB have come together. Freed at once, the same memory serves the next read, still in the CPU's cache.
 */
export function freeChunk({ buffer, byteLength }: Buffer): void {
  // A part of a larger buffer is not ours alone.
  if (byteLength >= WORTHWHILE && buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) buffer.transfer(0);
}
