import { constants, type Stats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { systemCode } from "@outrigger/runtime/errors";
import { CheckFailure } from "../failure.ts";
import type { Check } from "./check.ts";

export interface FileSpec {
  type: "file";
  path: string;
  /** Milliseconds since the last change. */
  maxAge?: number | undefined;
  /** Bytes. */
  minSize?: number | undefined;
  /** Looked for in the last mebibyte. */
  contains?: RegExp | undefined;
}

const SEARCHED_BYTES = 1024 * 1024;

/**
 * Good when the file exists (links are followed), is fresh and large enough, and has the text. `signal` is not heeded: a
 * system call on a dead mount cannot be taken back, and its pool thread is lost until it returns.
 */
export function createFileCheck(spec: FileSpec): Check {
  return {
    async run() {
      const stats = await stat(spec.path).catch((error) => {
        throw unreadable(spec.path, error);
      });
      judgeAge(spec, stats);
      if (spec.minSize !== undefined && stats.size < spec.minSize) {
        throw new CheckFailure("mismatch", `${spec.path} has ${stats.size} bytes, less than ${spec.minSize}`);
      }
      if (spec.contains !== undefined) await judgeContent(spec.path, spec.contains, stats);
    },
  };
}

function judgeAge({ path, maxAge }: FileSpec, { mtimeMs }: Stats): void {
  if (maxAge === undefined) return;
  // A time in the future (another machine's clock) gives a negative age: fresh.
  const age = Date.now() - mtimeMs;
  if (age > maxAge) {
    throw new CheckFailure("too old", `${path} last changed ${seconds(age)} ago, more than ${seconds(maxAge)}`);
  }
}

async function judgeContent(path: string, contains: RegExp, stats: Stats): Promise<void> {
  // Opening a FIFO would wait for a writer, and opening a device can do anything.
  if (!stats.isFile()) throw new CheckFailure("mismatch", `${path} is not a regular file, so its content is not read`);
  const text = await readTail(path);
  if (!contains.test(text)) throw new CheckFailure("mismatch", `${path} does not contain ${contains.source}`);
}

async function readTail(path: string): Promise<string> {
  let file: FileHandle | undefined;
  try {
    // Non-blocking, because the file may have become a FIFO since it was looked at.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const { size } = await file.stat();
    const length = Math.min(size, SEARCHED_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString("utf8", 0, bytesRead);
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    await file?.close();
  }
}

function unreadable(path: string, error: unknown): CheckFailure {
  const code = systemCode(error);
  if (code === "ENOENT" || code === "ENOTDIR") return new CheckFailure("not found", `${path} does not exist`, error);
  if (code === "EACCES") return new CheckFailure("permission denied", `${path} may not be read by this process`, error);
  return new CheckFailure("error", `${path} cannot be read: ${code ?? String(error)}`, error);
}

function seconds(milliseconds: number): string {
  return `${Number((milliseconds / 1000).toPrecision(3))} s`;
}
