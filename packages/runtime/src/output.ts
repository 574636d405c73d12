import { systemCode } from "./errors.ts";

/**
 * Writes to standard output and waits until the kernel has taken all of it: ending a process with writes outstanding cuts a
 * pipe's output at 64 KiB. A reader that has gone away (EPIPE) is not an error.
 */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.once("error", () => resolve());
    process.stdout.write(text, (error) => {
      if (error && systemCode(error) !== "EPIPE") reject(error);
      else resolve();
    });
  });
}
