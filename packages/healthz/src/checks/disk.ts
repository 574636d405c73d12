import { statfs } from "node:fs/promises";
import { systemCode } from "@outrigger/runtime/errors";
import { CheckFailure } from "../failure.ts";
import type { Check } from "./check.ts";

export interface DiskSpec {
  type: "disk";
  path: string;
  /** Bytes, or a share of the whole file system. */
  minFree: { bytes: number } | { percent: number };
}

/**
 * Good when unprivileged users still have this much room. `signal` is not heeded: a system call on a dead mount cannot be taken
 * back.
 */
export function createDiskCheck({ path, minFree }: DiskSpec): Check {
  return {
    async run() {
      const { bavail, blocks, bsize } = await statfs(path).catch((error) => {
        const code = systemCode(error);
        const missing = code === "ENOENT" || code === "ENOTDIR";
        throw new CheckFailure(
          missing ? "not found" : "error",
          `${path} ${missing ? "does not exist" : `cannot be read: ${code}`}`,
        );
      });
      const free = bavail * bsize;
      const wanted = "bytes" in minFree ? minFree.bytes : (blocks * bsize * minFree.percent) / 100;
      if (free < wanted) {
        throw new CheckFailure(
          "too little space",
          `${path} has ${mebibytes(free)} free, less than ${mebibytes(wanted)}`,
        );
      }
    },
  };
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
