// File names on Linux are bytes, not text. A name that is not valid UTF-8 is held as a string in which each stray
// byte is a lone surrogate (U+DC80 to U+DCFF, as PEP 383 does), so that every name has one string and back.

const stray = /[\udc80-\udcff]/;
const replacement = "\ufffd";

/** The string of a name, given as bytes. */
export function nameFromBytes(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  if (!text.includes(replacement)) return text;
  let name = "";
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    name += length === 0 ? String.fromCharCode(0xdc00 + bytes[at]!) : bytes.toString("utf8", at, at + length);
    at += length || 1;
  }
  return name;
}

/** What to hand to a system call for a path made of such names. */
export function systemPath(path: string): string | Buffer {
  if (!stray.test(path)) return path;
  const parts: Buffer[] = [];
  for (const character of path) {
    const code = character.charCodeAt(0);
    const isStray = character.length === 1 && code >= 0xdc80 && code <= 0xdcff;
    parts.push(isStray ? Buffer.from([code - 0xdc00]) : Buffer.from(character));
  }
  return Buffer.concat(parts);
}

/** The path of a name in a directory. */
export function joinPath(directory: string, name: string): string {
  return directory === "/" ? `/${name}` : `${directory}/${name}`;
}

/** True when a name that the system decoded for us has lost bytes. */
export function isDamaged(name: string): boolean {
  return name.includes(replacement);
}

function characterLength(bytes: Buffer, at: number): number {
  const lead = bytes[at]!;
  const length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  const text = bytes.toString("utf8", at, at + length);
  return text.includes(replacement) && Buffer.byteLength(text) !== length
    ? 0
    : text === replacement && length !== 3
      ? 0
      : length;
}
