// A reader of tar files: ustar with the PAX and GNU records for long names.
import { closeSync, openSync, readSync, statSync } from "node:fs";

export interface TarEntry {
  /** Without a leading `./` and a trailing slash. */
  readonly name: string;
  readonly type: "file" | "directory" | "symlink" | "other";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly link: string;
  /** Where the content begins in the file that was read: a tar inside a tar is a range of it. */
  readonly start: number;
}

const BLOCK = 512;
const types: Record<string, TarEntry["type"]> = { "0": "file", "\0": "file", "5": "directory", "2": "symlink" };

/** The entries of the tar that occupies the given range of a file. */
export function readTar(file: string, start = 0, end = statSync(file).size): TarEntry[] {
  const entries: TarEntry[] = [];
  let longName: string | undefined;
  for (let position = start; position + BLOCK <= end; ) {
    const header = readRange(file, position, BLOCK);
    if (header.every((byte) => byte === 0)) break;
    const { flag, name, ...fields } = parseHeader(header);
    const content = position + BLOCK;
    position = content + Math.ceil(fields.size / BLOCK) * BLOCK;
    if (flag === "L" || flag === "x") {
      const body = readRange(file, content, fields.size).toString("utf8");
      longName = flag === "L" ? body.split("\0")[0] : (/\d+ path=(.*)\n/.exec(body)?.[1] ?? longName);
      continue;
    }
    const full = (longName ?? name).replace(/^\.?\//, "").replace(/\/$/, "");
    longName = undefined;
    entries.push({ ...fields, name: full, type: types[flag] ?? "other", start: content });
  }
  return entries;
}

/** The bytes of a range of a file. */
export function readRange(file: string, start: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  const fd = openSync(file, "r");
  try {
    readSync(fd, bytes, 0, length, start);
  } finally {
    closeSync(fd);
  }
  return bytes;
}

function parseHeader(header: Buffer) {
  const text = (offset: number, length: number) => header.toString("utf8", offset, offset + length).split("\0")[0]!;
  const octal = (offset: number, length: number) => Number.parseInt(text(offset, length).trim() || "0", 8);
  const prefix = text(345, 155);
  return {
    name: prefix ? `${prefix}/${text(0, 100)}` : text(0, 100),
    mode: octal(100, 8),
    uid: octal(108, 8),
    gid: octal(116, 8),
    size: octal(124, 12),
    flag: header.toString("latin1", 156, 157),
    link: text(157, 100),
  };
}
