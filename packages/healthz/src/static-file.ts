import { constants } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import path from "node:path";
import type { Reply } from "@outrigger/runtime/admin";
import { systemCode } from "@outrigger/runtime/errors";

const LARGEST_BYTES = 1024 * 1024;

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".gif": "image/gif",
  ".htm": "text/html; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".xml": "application/xml",
};

/** The answer that a file gives at this moment: 404 unless it is a regular file of at most 1 MiB. */
export async function readStaticFile(file: string): Promise<Reply> {
  const type = TYPES[path.extname(file).toLowerCase()] ?? "text/plain; charset=utf-8";
  let handle: FileHandle | undefined;
  try {
    // Opening a FIFO waits for a writer and opening a device may do anything, so neither is opened.
    if (!isServable(await stat(file))) return NOT_FOUND;
    handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await handle.stat();
    if (!isServable(stats)) return NOT_FOUND;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(stats.size), 0, stats.size, 0);
    return { status: 200, type, body: buffer.subarray(0, bytesRead) };
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return NOT_FOUND;
  } finally {
    await handle?.close();
  }
}

function isServable(stats: { isFile(): boolean; size: number }): boolean {
  return stats.isFile() && stats.size <= LARGEST_BYTES;
}

export const NOT_FOUND: Reply = { status: 404, type: "text/plain; charset=utf-8", body: "not found\n" };
