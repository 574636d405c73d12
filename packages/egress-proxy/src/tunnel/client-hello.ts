/** What the first bytes of a tunnel turned out to be. */
export type HelloResult =
  /** Nothing can be said before there are this many bytes in all. */
  | { readonly state: "incomplete"; readonly needed: number }
  /** `serverNames` are the `host_name` entries of all `server_name` extensions, as bytes in Latin-1. */
  | { readonly state: "complete"; readonly serverNames: readonly string[] }
  | { readonly state: "invalid" };

/** A ClientHello, with its records, is never longer than this for any client we know of; post-quantum keys take 2 KiB. */
const MAX_HELLO = 64 * 1024;

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const MAX_RECORD = 16 * 1024;
const INVALID: HelloResult = { state: "invalid" };

/**
 * Reads a TLS ClientHello (RFC 8446 sections 4.1.2 and 5.1) from the start of a byte stream. Lengths that do not add up
 * exactly make it invalid: a lenient reader and a strict server could see different names.
 */
export function readClientHello(bytes: Buffer): HelloResult {
  const parts: Buffer[] = [];
  let collected = 0;
  let at = 0;
  let message: number | undefined;
  while (message === undefined || collected < message) {
    if (bytes[at] !== undefined && bytes[at] !== HANDSHAKE) return INVALID;
    if (bytes[at + 1] !== undefined && bytes[at + 1] !== 3) return INVALID;
    if (bytes.length < at + 5) return { state: "incomplete", needed: at + 5 };
    const length = bytes.readUInt16BE(at + 3);
    if (length === 0 || length > MAX_RECORD || at + 5 + length > MAX_HELLO) return INVALID;
    if (collected === 0 && bytes[at + 5] !== undefined && bytes[at + 5] !== CLIENT_HELLO) return INVALID;
    if (bytes.length < at + 5 + length) return { state: "incomplete", needed: at + 5 + length };
    parts.push(bytes.subarray(at + 5, at + 5 + length));
    collected += length;
    at += 5 + length;
    if (message === undefined && collected >= 4) {
      const header = Buffer.concat(parts).readUInt32BE(0);
      if (header >>> 24 !== CLIENT_HELLO || (header & 0xffffff) > MAX_HELLO) return INVALID;
      message = 4 + (header & 0xffffff);
    }
  }
  // A handshake message must not share its last record with another before keys change.
  if (collected !== message) return INVALID;
  return readBody(Buffer.concat(parts).subarray(4));
}

/** Reads vectors with a length in front; `undefined` once anything reaches beyond the end. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  take(length: number): Buffer | undefined {
    if (this.#at + length > this.#bytes.length) return undefined;
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  number(width: 1 | 2): number | undefined {
    return this.take(width)?.readUIntBE(0, width);
  }

  vector(width: 1 | 2): Buffer | undefined {
    const length = this.number(width);
    return length === undefined ? undefined : this.take(length);
  }
}

function readBody(bytes: Buffer): HelloResult {
  const body = new Reader(bytes);
  body.take(2 + 32); // legacy_version, random
  const session = body.vector(1);
  const suites = body.vector(2);
  const compressions = body.vector(1);
  if (session === undefined || session.length > 32) return INVALID;
  if (suites === undefined || suites.length < 2 || suites.length % 2 !== 0) return INVALID;
  if (compressions === undefined || compressions.length === 0) return INVALID;
  if (body.atEnd) return { state: "complete", serverNames: [] };
  const extensions = body.vector(2);
  if (extensions === undefined || !body.atEnd) return INVALID;
  const serverNames: string[] = [];
  const list = new Reader(extensions);
  while (!list.atEnd) {
    const type = list.number(2);
    const data = list.vector(2);
    if (type === undefined || data === undefined) return INVALID;
    if (type !== 0) continue;
    const names = readServerNames(data);
    if (names === undefined) return INVALID;
    serverNames.push(...names);
  }
  return { state: "complete", serverNames };
}

/** RFC 6066 section 3. */
function readServerNames(extension: Buffer): string[] | undefined {
  const outer = new Reader(extension);
  const entries = outer.vector(2);
  if (entries === undefined || entries.length === 0 || !outer.atEnd) return undefined;
  const names: string[] = [];
  const list = new Reader(entries);
  while (!list.atEnd) {
    const type = list.number(1);
    const name = list.vector(2);
    if (type !== 0 || name === undefined || name.length === 0) return undefined;
    names.push(name.toString("latin1"));
  }
  return names;
}
