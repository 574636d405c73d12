import { isUtf8 } from "node:buffer";
import type { Redactor } from "./redactor.ts";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** How far a secret may reach beyond the end of what is looked at; longer ones inside one line are cut in two. */
const reach = 64 * 1024;

/** A line longer than this is looked at in pieces. */
const longest = 1024 * 1024;

/**
 * Removes secrets from a stream of bytes of which everything else passes unchanged, invalid characters included.
 *
 * What has no line end yet is kept until it has one, because a secret may go on in the next chunk; of a very long line
 * only its last 64 KiB are.
 */
export class ByteRedactor {
  readonly #redactor: Redactor;
  #rest: Buffer = Buffer.alloc(0);

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  /** Bytes that were pushed and not given out. */
  get pending(): number {
    return this.#rest.length;
  }

  /** What can be given out now. */
  push(chunk: Buffer): Buffer {
    const end = chunk.lastIndexOf(lineFeed) + 1;
    if (end === 0) return this.#long(this.#take(chunk));
    const whole = this.#take(chunk.subarray(0, end));
    this.#rest = Buffer.from(chunk.subarray(end));
    return this.#redact(whole);
  }

  /** The rest, because the line in progress ends here although its line end is missing. */
  flush(): Buffer {
    return this.#redact(this.#take(Buffer.alloc(0)));
  }

  #take(chunk: Buffer): Buffer {
    const whole = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = Buffer.alloc(0);
    return whole;
  }

  /** Gives out the beginning of a very long line, up to a blank (or, without one, a whole character) before its reach. */
  #long(line: Buffer): Buffer {
    if (line.length <= longest) {
      this.#rest = Buffer.from(line);
      return line.subarray(0, 0);
    }
    let cut = line.lastIndexOf(0x20, line.length - reach) + 1 || line.length - reach;
    while (cut > 0 && (line[cut]! & 0xc0) === 0x80) cut--;
    this.#rest = Buffer.from(line.subarray(cut));
    return this.#redact(line.subarray(0, cut));
  }

  #redact(bytes: Buffer): Buffer {
    // One byte, one character: the literals are looked for without decoding.
    if (this.#redactor.clean(bytes.toString("latin1"))) return bytes;
    const pieces: Buffer[] = [];
    for (let from = 0; from < bytes.length; ) {
      const end = bytes.indexOf(lineFeed, from) + 1 || bytes.length;
      pieces.push(this.#redactLine(bytes.subarray(from, end)));
      from = end;
    }
    return Buffer.concat(pieces);
  }

  #redactLine(line: Buffer): Buffer {
    let ending = line.length;
    if (line[ending - 1] === lineFeed) ending--;
    if (ending < line.length && line[ending - 1] === carriageReturn) ending--;
    const bytes = line.subarray(0, ending);
    const encoding = isUtf8(bytes) ? "utf8" : "latin1";
    const text = bytes.toString(encoding);
    const result = this.#redactor.line(text);
    return result === text ? line : Buffer.concat([Buffer.from(result, encoding), line.subarray(ending)]);
  }
}
