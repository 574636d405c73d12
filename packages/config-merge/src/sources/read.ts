import { isUtf8 } from "node:buffer";
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";
import { limits } from "@outrigger/formats/limits";
import { Problem } from "@outrigger/formats/problem";
import { systemCode } from "@outrigger/runtime/errors";

/**
 * Reads a whole source file. Absent, unreadable, a directory, a fifo or a socket: exit status 3. More than 16 MiB:
 * exit status 4, noticed while reading, so that a device without end does not hang the run.
 */
export function readSource(path: string, shown: string): Buffer {
  let descriptor: number;
  try {
    // Without O_NONBLOCK, opening a fifo waits for a writer.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw unreadable(path, shown, error);
  }
  try {
    const stat = fstatSync(descriptor);
    if (stat.isFIFO() || stat.isSocket()) throw refused(shown, "it is a fifo or a socket", "name a regular file");
    if (stat.isDirectory()) throw refused(shown, "it is a directory where a file is needed", "name a file in it");
    return readAll(descriptor, stat.size, shown);
  } catch (error) {
    throw error instanceof Problem ? error : unreadable(path, shown, error);
  } finally {
    closeSync(descriptor);
  }
}

function readAll(descriptor: number, size: number, shown: string): Buffer {
  let buffer = Buffer.allocUnsafe(Math.min(size, limits.bytes) + 1);
  let length = 0;
  for (;;) {
    const read = readSync(descriptor, buffer, length, buffer.length - length, null);
    if (read === 0) return buffer.subarray(0, length);
    length += read;
    if (length > limits.bytes) {
      throw new Problem("malformed", `${shown} is larger than ${limits.bytes / 1024 / 1024} MiB`, {
        hint: "a configuration source may have at most that size",
      });
    }
    if (length === buffer.length)
      buffer = Buffer.concat([buffer], Math.min(buffer.length * 2 + 4096, limits.bytes + 1));
  }
}

/** The text of a source. Anything that is not UTF-8 is exit status 4. */
export function decode(bytes: Buffer, shown: string): string {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new Problem("malformed", `${shown} is UTF-16`, { hint: "save it as UTF-8" });
  }
  if (!isUtf8(bytes)) throw new Problem("malformed", `${shown} is not valid UTF-8`, { hint: "save it as UTF-8" });
  return bytes.toString("utf8");
}

/**
 * The value in a file of one value: without a byte order mark, and without its final line break when that is the
 * only one in it, so that a PEM block keeps its own.
 */
export function singleValue(text: string): string {
  const value = text.startsWith("\ufeff") ? text.slice(1) : text;
  return value.indexOf("\n") === value.length - 1 ? value.replace(/\r?\n$/, "") : value;
}

const reasons: Readonly<Record<string, [reason: string, hint: string]>> = {
  ENOENT: ["it does not exist", "check the path and the volumeMount, or mark the source optional: true"],
  ENOTDIR: ["a part of its path is a file, not a directory", "check the path"],
  ELOOP: ["its symbolic links form a loop", "check the links"],
  ENXIO: ["it is a socket", "name a regular file"],
  ENAMETOOLONG: ["its name is too long", "check the path"],
};

/** The refusal of a source that cannot be read: exit status 3. */
export function unreadable(path: string, shown: string, error: unknown): Problem {
  const code = systemCode(error) ?? "unknown error";
  if (code === "EACCES" || code === "EPERM")
    return refused(shown, `permission denied${rights(path)}`, rightsHint, error);
  const [reason, hint] = reasons[code] ?? [`the system says ${code}`, "check the file and its volume"];
  return refused(shown, reason, hint, error);
}

const rightsHint = "set fsGroup in the pod's securityContext, or a wider defaultMode of the volume";

function rights(path: string): string {
  const us = `we run as uid ${process.getuid?.()} gid ${process.getgid?.()}`;
  try {
    const { uid, gid, mode } = statSync(path);
    return ` (uid ${uid} gid ${gid} mode ${(mode & 0o7777).toString(8).padStart(4, "0")}; ${us})`;
  } catch {
    return ` (${us})`;
  }
}

function refused(shown: string, reason: string, hint: string, cause?: unknown): Problem {
  return new Problem("source", `cannot read ${shown}: ${reason}`, { hint, cause });
}

/** Whether a refusal means that the source is absent. */
export function isAbsent(error: unknown): boolean {
  return error instanceof Problem && systemCode(error.cause) === "ENOENT";
}

/** An absent source is none when it is optional. */
export function forgiving<T>(optional: boolean | undefined, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (optional === true && isAbsent(error)) return undefined;
    throw error;
  }
}
