/** Finds the messages behind log lines: lines that differ only in what varies are one message. */
import { cut, isSeparator, kindOf, unitWords, type WordKind } from "./words.ts";

/** One place of a message. */
export interface Place {
  /** The text there, or of the first line when it varies. */
  readonly text: string;
  readonly kind: WordKind | "separator";
  /** What stood there, when it varies; no more than `maxValues` are remembered. */
  readonly values: Set<string>;
}

export interface Message {
  count: number;
  readonly places: Place[];
}

const maxMessages = 500;
const maxValues = 20;
/** How alike the fixed words of two lines must be to be the same message. */
const similarity = 0.6;

const prefix =
  /^\s*(?:<\d+>)?\[?(?:\d{4}[-/.]\d\d[-/.]\d\d(?:[T ][\d:.,]+)?(?:Z| ?[+-]\d\d:?\d\d)?|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d\d:\d\d:\d\d\S*)?\]?\s*/;
const levelPrefix =
  /^\[?(?:trace|trc|debug|dbg|info|inf|notice|warn|wrn|warning|error|err|fatal|ftl|critical)\b\s*\]?:?\s*/i;

/** Collects messages line by line, in bounded memory. */
export class Messages {
  readonly #byShape = new Map<string, Message[]>();
  #size = 0;

  add(line: string): void {
    const parts = cut(line.replace(prefix, "").replace(levelPrefix, "").trim());
    if (parts.length === 0 || parts.length > 80) return;
    const places = parts.map((text): Place => {
      const kind = isSeparator(text) ? "separator" : kindOf(text);
      return { text, kind, values: new Set([text]) };
    });
    const shape = `${places.length} ${places.find(({ kind }) => kind === "text")?.text ?? ""}`;
    const similar = this.#byShape.get(shape) ?? [];
    const message = similar.find((candidate) => alike(candidate.places, places) >= similarity);
    if (message) merge(message, places);
    else if (this.#size < maxMessages) {
      this.#size++;
      this.#byShape.set(shape, [...similar, { count: 1, places }]);
    }
  }

  /** The most common ones first. */
  common(): Message[] {
    return [...this.#byShape.values()].flat().sort((a, b) => b.count - a.count);
  }
}

/** The share of fixed words that are the same; 0 when what stands between the words differs. */
function alike(a: readonly Place[], b: readonly Place[]): number {
  let fixed = 0;
  let same = 0;
  for (const [index, place] of a.entries()) {
    const other = b[index] as Place;
    if ((place.kind === "separator") !== (other.kind === "separator")) return 0;
    if (place.kind === "separator" && place.text !== other.text) return 0;
    if (place.kind !== "text" && other.kind !== "text") continue;
    if (Object.hasOwn(unitWords, place.text) && Object.hasOwn(unitWords, other.text)) continue;
    fixed++;
    if (place.text === other.text) same++;
  }
  return fixed === 0 ? 0 : same / fixed;
}

function merge(message: Message, places: readonly Place[]): void {
  message.count++;
  for (const [index, place] of message.places.entries()) {
    const other = places[index] as Place;
    if (place.kind === "separator") continue;
    if (place.values.size < maxValues) place.values.add(other.text);
    if (Object.hasOwn(unitWords, place.text)) continue;
    const varies = place.text !== other.text && (place.kind === "text" || place.kind !== other.kind);
    if (varies)
      message.places[index] = {
        ...place,
        kind: place.kind === other.kind || place.kind === "text" ? wider(other.kind) : "value",
      };
  }
}

/** What a place holds that once held a word. */
function wider(kind: Place["kind"]): WordKind {
  return kind === "text" || kind === "separator" ? "value" : kind === "number" ? "value" : kind;
}
