import { setTimeout } from "node:timers/promises";
import type { Inventory } from "./inventory.ts";
import type { Pump } from "./pump.ts";
import type { Unread } from "./types.ts";

/** How often growth is looked for while waiting for quiet. */
const lookInterval = 50;

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
  let quietSince = begin;
  let total = -1;
  for (;;) {
    inventory.scan();
    inventory.lookAtAll();
    pump.expire();
    if (!(await isDoneWithin(request.run(), begin + timeout - now()))) {
      pump.stop();
      return unreadOf(inventory);
    }
    if (pump.total !== total && total !== -1) quietSince = now();
    const isQuiet = now() - quietSince >= quiet;
    const isOver = isQuiet && (pump.total === total || isUnchanged(inventory));
    if (isOver || now() - begin >= timeout) break;
    total = pump.total;
    if (!isQuiet) await setTimeout(Math.min(lookInterval, quiet));
  }
  const ending = finishAll(inventory, pump);
  return (await isDoneWithin(ending, begin + timeout - now())) ? [] : unreadOf(inventory);
}

/** A second look that finds nothing new spares another round. */
function isUnchanged(inventory: Inventory): boolean {
  inventory.scan();
  for (const generation of inventory.registry.all()) {
    generation.look();
    if (generation.phase === "truncated" || generation.size !== generation.offset) return false;
  }
  return true;
}

async function finishAll(inventory: Inventory, pump: Pump): Promise<void> {
  for (const lane of inventory.registry.lanes.values()) {
    for (const generation of [...lane.generations]) await pump.finish(generation);
  }
}

function unreadOf(inventory: Inventory): Unread[] {
  return [...inventory.registry.all()]
    .filter(({ unread, phase }) => unread > 0 && (phase === "live" || phase === "truncated"))
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
