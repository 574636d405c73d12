import { setTimeout } from "node:timers/promises";
import type { TrackedGeneration } from "./generation.ts";
import type { Inventory } from "./inventory.ts";
import type { Pump } from "./pump.ts";
import type { Unread } from "./types.ts";

/** How often growth is looked for while waiting, in milliseconds. */
const lookInterval = 20;
/** For how long a file that cannot be read, or not yet, is waited for. */
const longestWait = 2000;

export interface DrainRequest {
  /** Milliseconds. */
  readonly timeout: number;
  readonly quiet: number;
  readonly inventory: Inventory;
  readonly pump: Pump;
  /** Reads until nothing is ready. */
  readonly run: () => Promise<void>;
  readonly now: () => number;
}

/**
 * Reads everything to its end, until a look at all files finds nothing new, and ends every generation.
 * @returns what is unread when the time is over; nothing is ended then, because the consumer does not keep up
 */
export async function drain(request: DrainRequest): Promise<Unread[]> {
  const { timeout, quiet, inventory, pump, now } = request;
  const begin = now();
  let lastGrowth = begin;
  let seen = pump.total;
  for (;;) {
    inventory.scan();
    inventory.known.lookAtAll();
    pump.expire();
    if (!(await isDoneWithin(request.run(), begin + timeout - now()))) {
      pump.stop();
      return unreadOf(inventory);
    }
    const elapsed = now();
    const isGrown = pump.total !== seen;
    seen = pump.total;
    if (isGrown) lastGrowth = elapsed;
    const isQuiet = elapsed - lastGrowth >= quiet;
    if (elapsed - begin >= timeout || (isQuiet && (isFinished(inventory) || elapsed - lastGrowth > longestWait))) break;
    if (!isGrown) await setTimeout(lookInterval);
  }
  // What could not be read until now is given up; unterminated lines are ended.
  const left = unreadOf(inventory, ({ size, offset }) => size > offset);
  const ending = finishAll(inventory, pump);
  return (await isDoneWithin(ending, begin + timeout - now())) ? left : unreadOf(inventory);
}

/** A second look finds nothing new, and nothing waits for anything. */
function isFinished(inventory: Inventory): boolean {
  inventory.scan();
  for (const generation of inventory.registry.all()) {
    const { phase } = generation;
    if (phase === "truncated") return false;
    // Of those that are over nothing is read any more, unless a scan wakes them.
    if (phase !== "live") continue;
    if (generation.fd !== undefined) inventory.known.lookAt(generation);
    if (generation.size !== generation.offset) return false;
  }
  return true;
}

async function finishAll(inventory: Inventory, pump: Pump): Promise<void> {
  for (const lane of inventory.registry.lanes.values()) {
    for (const generation of [...lane.generations]) await pump.finish(generation);
  }
}

function unreadOf(inventory: Inventory, isCounted = ({ unread }: TrackedGeneration) => unread > 0): Unread[] {
  return [...inventory.registry.all()]
    .filter((generation) => ["live", "truncated"].includes(generation.phase) && isCounted(generation))
    .map(({ path, file, unread }) => ({ file: path ?? file, bytes: unread }));
}

/** False when the time is over before the work. */
async function isDoneWithin(work: Promise<void>, milliseconds: number): Promise<boolean> {
  if (milliseconds === Number.POSITIVE_INFINITY) return work.then(() => true);
  const stop = new AbortController();
  const timeout = setTimeout(Math.max(1, milliseconds), false, { signal: stop.signal }).catch(() => false);
  try {
    return await Promise.race([work.then(() => true), timeout]);
  } finally {
    stop.abort();
  }
}
