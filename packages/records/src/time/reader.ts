import { autoFormats, type TimeFormat } from "./auto.ts";
import { declaredFormat } from "./declared.ts";
import { readEpoch } from "./epoch.ts";
import { MinuteCache } from "./minute-cache.ts";
import { rfc3339 } from "./reading.ts";
import { type Zone, zoneOf } from "./zone.ts";

export interface TimeOptions {
  /** IANA name of the zone of times that name no offset themselves; UTC by default. */
  readonly zone?: string;
  /** Tried in order: `auto`, and formats as `declaredFormat` takes them; only `auto` by default. */
  readonly formats?: readonly string[];
  /** Milliseconds since 1970; settles a missing year or date. */
  readonly now?: () => number;
}

/** A time found inside a longer text. */
export interface FoundTime {
  readonly time: string;
  /** Index behind the last character of the time. */
  readonly end: number;
}

/**
 * Reads times as logs write them and gives RFC 3339 in UTC, with the digits of the fraction as they were.
 */
export class TimeReader {
  readonly #zone: Zone;
  readonly #formats: readonly TimeFormat[];
  readonly #now: () => number;
  /** Whether bare counts since 1970 are times. */
  readonly #epochs: boolean;
  /** The format that matched last. */
  #recent: TimeFormat | undefined;
  readonly #minute = new MinuteCache();

  /** @throws UsageError for an unknown zone or a format that is not understood. */
  constructor(options: TimeOptions = {}) {
    this.#zone = zoneOf(options.zone ?? "UTC");
    const formats = options.formats ?? ["auto"];
    this.#epochs = formats.includes("auto");
    this.#formats = formats.flatMap((format) => (format === "auto" ? autoFormats : declaredFormat(format)));
    this.#now = options.now ?? Date.now;
  }

  /** RFC 3339 of a text that is a time and nothing else; undefined when it is not. */
  read(text: string): string | undefined {
    const quick = this.#minute.find(text, 0);
    if (quick !== undefined && quick.end === text.length) return quick.time;
    const trimmed = text.trim();
    const found = this.find(trimmed, 0);
    if (found !== undefined && found.end === trimmed.length) return found.time;
    return this.#epochs ? readEpoch(trimmed) : undefined;
  }

  /** The time that begins at `from`, in its longest form. Bare counts since 1970 are not looked for. */
  find(text: string, from: number): FoundTime | undefined {
    const quick = this.#minute.find(text, from);
    if (quick !== undefined) return quick;
    if (this.#recent !== undefined) {
      const found = this.#try(this.#recent, text, from);
      if (found !== undefined) return found;
    }
    for (const format of this.#formats) {
      const found = this.#try(format, text, from);
      if (found !== undefined) {
        this.#recent = format;
        return found;
      }
    }
    return undefined;
  }

  #try(format: TimeFormat, text: string, from: number): FoundTime | undefined {
    format.pattern.lastIndex = from;
    const match = format.pattern.exec(text);
    const reading = match === null ? undefined : format.read(match.groups!);
    const time = reading === undefined ? undefined : rfc3339(reading, this.#zone, this.#now);
    if (time === undefined) return undefined;
    const end = from + match![0].length;
    // A bare clock time means another day tomorrow, and AM or PM is part of the hour.
    if (reading!.month !== undefined && match!.groups!.half === undefined) this.#minute.remember(text, from, end, time);
    return { time, end };
  }
}
