const MASK = "***";

// Shorter values would mask ordinary words; such a secret is protected by `Secret` alone.
const SHORTEST_MASKED = 4;

const known = new Set<string>();
let matcher: RegExp | undefined;

/** From now on `mask` hides this value, and so does every log. Values under four characters are not masked. */
export function registerSecret(value: string): void {
  for (const line of [value, ...value.split(/\r?\n/)]) {
    if (line.length < SHORTEST_MASKED) continue;
    known.add(line);
    // As it looks inside a JSON string, in which an application may send it back.
    known.add(JSON.stringify(line).slice(1, -1));
  }
  matcher = undefined;
}

/** Whether `mask` may change this text. */
export function isMasked(text: string): boolean {
  return text.includes("@") || (known.size > 0 && text.search(anySecret()) >= 0);
}

/** `text` with every registered secret, and the password of every URL, replaced by `***`. */
export function mask(text: string): string {
  // Most texts have no URL, and looking for an @ is cheap.
  const visible = !text.includes("@")
    ? text
    : text.replace(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"']*:)[^\s/@"']+@/gi, `$1${MASK}@`);
  return known.size === 0 ? visible : visible.replace(anySecret(), MASK);
}

function anySecret(): RegExp {
  // Longest first: a secret may contain another one.
  matcher ??= new RegExp(
    [...known]
      .sort((a, b) => b.length - a.length)
      .map((value) => RegExp.escape(value))
      .join("|"),
    "g",
  );
  return matcher;
}

/** A value that must not be shown: it prints as `***` wherever it is turned into text. */
export class Secret {
  readonly #value: string;
  /** Where it came from, such as `env:DB_PASSWORD`; never the value. */
  readonly origin: string;

  constructor(value: string, origin: string) {
    this.#value = value;
    this.origin = origin;
    registerSecret(value);
  }

  /** The value itself, for the one place that sends it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return MASK;
  }
}
