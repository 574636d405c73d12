import type { AuditRecord } from "./audit.ts";
import type { TunnelKind } from "./policy/rule.ts";

/** A destination that no rule allowed and the mode let pass. */
export interface Sighting {
  readonly host: string;
  readonly port: number;
  count: number;
  /** What its tunnels carried; absent when there was none. `any` once one of them was no TLS to that name. */
  tunnel?: TunnelKind;
}

/** One line of the page of recent decisions. */
export interface Recent {
  /** Milliseconds since 1970. */
  time: number;
  readonly record: AuditRecord;
}

const MOST_RECENT = 200;
/** A client can ask for any number of names; a list for people needs no more than these. */
const MOST_SIGHTINGS = 2000;

/** What was decided lately, for people, and what `learn` and `report` let pass, for `suggest`. Bounded. */
export class Journal {
  /**
   * A ring whose entries are filled again and again: a record that is kept until 200 others have come would have survived
   * the young generation of the heap, and every request would leave garbage in the old one.
   */
  readonly #ring: Recent[] = [];
  #next = 0;
  readonly #sightings = new Map<string, Sighting>();

  /** The oldest first. */
  get recent(): readonly Recent[] {
    return [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)];
  }

  get sightings(): readonly Sighting[] {
    return [...this.#sightings.values()];
  }

  /** @param tunnel what an allowed tunnel carried. */
  note(record: AuditRecord, tunnel: TunnelKind | undefined): void {
    const entry = this.#ring[this.#next];
    if (entry === undefined) this.#ring.push({ time: Date.now(), record });
    else {
      entry.time = Date.now();
      Object.assign(entry.record, record);
    }
    this.#next = (this.#next + 1) % MOST_RECENT;
    const sighting = sightingOf(record, tunnel);
    if (sighting) this.#see(sighting);
  }

  #see(sighting: Sighting): void {
    const key = `${sighting.host} ${sighting.port}`;
    const known = this.#sightings.get(key);
    if (known !== undefined) mergeSighting(known, sighting);
    else if (this.#sightings.size < MOST_SIGHTINGS) this.#sightings.set(key, sighting);
  }
}

/** The destination to suggest for a record; undefined when rules allowed it, it was denied, or it did not work. */
export function sightingOf(record: Partial<AuditRecord>, tunnel: TunnelKind | undefined): Sighting | undefined {
  const { verdict, wouldDeny, error, host, port } = record;
  if (verdict !== "allowed" || wouldDeny !== true || error !== undefined) return undefined;
  if (typeof host !== "string" || typeof port !== "number") return undefined;
  return { host, port, count: 1, ...(tunnel && { tunnel }) };
}

/** Adds a sighting of the same destination. */
export function mergeSighting(into: Sighting, other: Sighting): void {
  into.count += other.count;
  if (into.tunnel === undefined ? other.tunnel !== undefined : other.tunnel === "any")
    into.tunnel = other.tunnel ?? "any";
}
