/** Runs start up to this share of their interval early or late, so that the checks of many replicas do not march in step. */
export const JITTER = 0.05;

const LONGEST_SLOT_MS = 100;

/** A slot is at most as long as a run may vary; so every run finds one. */
const SLOT_SHARE = 2 * JITTER;

const KNOT_EVERY_MS = 1000;
const KNOTS = 64;

/**
 * The moments at which runs start. What is due about the same time starts together, because to wake up, for a timer or for an
 * answer, costs a process as much as a run: 200 checks a second share ten moments. Slots of short intervals divide those of long
 * ones. The whole grid wanders by chance, half a jitter of a second to either side, so slots are not evenly apart either.
 */
export class Slots {
  readonly #random: () => number;
  /** How far the grid is off at the end of each second; in between it moves evenly, so by 5 % at most. */
  readonly #knots: readonly number[];

  /** `random` gives numbers in [0, 1). */
  constructor(random: () => number = Math.random) {
    this.#random = random;
    this.#knots = Array.from({ length: KNOTS }, () => (JITTER * KNOT_EVERY_MS * (2 * random() - 1)) / 2);
  }

  /** When a run starts that follows one at `startedAt`, in the same milliseconds: `ms` later, at most 5 % early or late. */
  after(startedAt: number, ms: number): number {
    const slot = slotFor(ms);
    const jitter = Math.max(0, JITTER * ms - slot / 2) * (2 * this.#random() - 1);
    const moment = this.#nearest(startedAt + ms + jitter, slot);
    return Math.min(Math.max(moment, startedAt + (1 - JITTER) * ms), startedAt + (1 + JITTER) * ms);
  }

  #nearest(moment: number, slot: number): number {
    const even = Math.round((moment - this.#offset(moment)) / slot) * slot;
    return even + this.#offset(even);
  }

  #offset(moment: number): number {
    const knot = Math.floor(moment / KNOT_EVERY_MS);
    const before = this.#knots[knot % KNOTS] ?? 0;
    const behind = this.#knots[(knot + 1) % KNOTS] ?? 0;
    return before + (behind - before) * (moment / KNOT_EVERY_MS - knot);
  }
}

function slotFor(ms: number): number {
  const halvings = Math.ceil(Math.log2(LONGEST_SLOT_MS / (SLOT_SHARE * ms)));
  return LONGEST_SLOT_MS / 2 ** Math.max(0, halvings);
}
