import { spawnSync } from "node:child_process";
import { chmodSync } from "node:fs";

/**
 * Makes a directory one that cannot be written to, as a volumeMount with `readOnly: true` is, and returns the function that
 * undoes it. Root is not held back by modes: for it the directory is mounted over itself read-only, and where even root may
 * not mount (an unprivileged container) the returned value is undefined.
 */
export function makeReadOnly(directory: string): (() => void) | undefined {
  if (process.getuid?.() !== 0) {
    chmodSync(directory, 0o555);
    return () => chmodSync(directory, 0o755);
  }
  const mount = (...args: string[]) => spawnSync("mount", args, { stdio: "ignore" }).status === 0;
  const unmount = () => void spawnSync("umount", [directory], { stdio: "ignore" });
  if (!mount("--bind", directory, directory)) return undefined;
  if (mount("-o", "remount,bind,ro", directory)) return unmount;
  unmount();
  return undefined;
}
