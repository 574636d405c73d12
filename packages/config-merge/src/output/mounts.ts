import { readFileSync } from "node:fs";

/** One line of the table of mounts. */
export interface Mount {
  readonly point: string;
  /** The part of the mounted file system that is shown: a file for a mount of a single file. */
  readonly root: string;
  readonly readOnly: boolean;
}

/** The mounts of this process, the latest last; none where there is no /proc. */
function readMounts(): Mount[] {
  let table: string;
  try {
    table = readFileSync("/proc/self/mountinfo", "utf8");
  } catch {
    return [];
  }
  return table
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [, , , root = "", point = "", options = ""] = line.split(" ");
      return { point: decodeOctal(point), root: decodeOctal(root), readOnly: options.split(",").includes("ro") };
    });
}

/** Whether `path` itself is a mount point. */
export function isMountPoint(path: string): boolean {
  return readMounts().some(({ point }) => point === path);
}

/** The mount that `path` lies in. */
export function mountOf(path: string): Mount | undefined {
  let best: Mount | undefined;
  for (const mount of readMounts()) {
    const inside = path === mount.point || path.startsWith(mount.point === "/" ? "/" : `${mount.point}/`);
    if (inside && mount.point.length >= (best?.point.length ?? 0)) best = mount;
  }
  return best;
}

/** The kernel writes space, tab, line feed and backslash as octal escapes (Documentation/filesystems/proc.rst). */
function decodeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
