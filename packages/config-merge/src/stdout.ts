import { writeSync } from "node:fs";
import { systemCode } from "@outrigger/runtime/errors";

/**
 * Writes all bytes to standard output. Straight to the descriptor, because making `process.stdout` costs a short run
 * several milliseconds; the stream takes over where a pipe is full. A reader that has gone away is no error.
 */
export async function writeOut(bytes: Buffer): Promise<void> {
  let rest = bytes;
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(1, rest));
  } catch (error) {
    const code = systemCode(error);
    if (code === "EPIPE") return;
    if (code !== "EAGAIN") throw error;
    await new Promise<void>((resolve) => process.stdout.on("error", () => resolve()).write(rest, () => resolve()));
  }
}
