import { UsageError } from "@outrigger/runtime/errors";

const quarterHour = 15 * 60_000;
const day = 24 * 3_600_000;

/** Rules of a time zone: how far its clocks are ahead of UTC, and which instant one of its clock readings means. */
export interface Zone {
  /** The instant, in milliseconds since 1970, at which clocks of this zone show `local` (a clock reading as if UTC). */
  instant(local: number): number;
  /** What clocks of this zone show at `instant`, as if it were UTC. */
  local(instant: number): number;
}

export const utc: Zone = { instant: (local) => local, local: (instant) => instant };

const zones = new Map<string, Zone>([["UTC", utc]]);

/**
 * The zone of an IANA name such as `America/New_York`, in any case.
 *
 * @throws UsageError for a name that this Node.js does not know.
 */
export function zoneOf(name: string): Zone {
  let zone = zones.get(name);
  if (zone === undefined) {
    zone = new IanaZone(name);
    zones.set(name, zone);
  }
  return zone;
}

/** Offsets come from `Intl`, cached per quarter of an hour: every transition lies on one, and `Intl` costs microseconds. */
class IanaZone implements Zone {
  readonly #format: Intl.DateTimeFormat;
  readonly #offsets = new Map<number, number>();

  constructor(name: string) {
    try {
      this.#format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
    } catch {
      throw new UsageError(`unknown time zone "${name}": write an IANA name such as Europe/Berlin or UTC`);
    }
  }

  local(instant: number): number {
    return instant + this.#offset(instant);
  }

  instant(local: number): number {
    const before = this.#offset(local - day);
    const after = this.#offset(local + day);
    if (before === after || this.#offset(local - before) === before) return local - before;
    // Neither fits: the clocks skipped this reading. The offset from before moves it forward by the length of the gap.
    return this.#offset(local - after) === after ? local - after : local - before;
  }

  #offset(instant: number): number {
    const quarter = Math.floor(instant / quarterHour);
    let offset = this.#offsets.get(quarter);
    if (offset === undefined) {
      offset = this.#ask(quarter * quarterHour);
      if (this.#offsets.size >= 512) this.#offsets.clear();
      this.#offsets.set(quarter, offset);
    }
    return offset;
  }

  #ask(instant: number): number {
    const text = this.#format.format(instant);
    const match = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(text);
    if (match === null) return 0;
    const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
    return (match[1] === "-" ? -seconds : seconds) * 1000;
  }
}
