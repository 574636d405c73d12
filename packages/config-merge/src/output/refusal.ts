import { statSync } from "node:fs";
import path from "node:path";
import { Problem } from "@outrigger/formats/problem";
import { systemCode } from "@outrigger/runtime/errors";
import type { Owner } from "../config.ts";
import { mountOf } from "./mounts.ts";

/** The refusal of an output that cannot be written (exit status 6): the path, the reason, and the remedy. */
export function unwritable(shown: string, error: unknown): Problem {
  const directory = path.dirname(path.resolve(shown));
  const { reason, hint } = explain(systemCode(error) ?? "", directory);
  return new Problem("output", `cannot write ${shown}: ${reason}`, { hint, cause: error });
}

function explain(code: string, directory: string): { reason: string; hint: string } {
  // A rename across mounts reports EXDEV even where the file system is read-only: the mount itself knows better.
  const mount = mountOf(directory);
  if (code === "EROFS" || (code === "EXDEV" && mount?.readOnly)) return readOnly(mount?.point ?? directory);
  switch (code) {
    case "EACCES":
    case "EPERM":
      return denied(directory);
    case "EBUSY":
    case "EXDEV":
      return singleFile();
    case "ENOSPC":
    case "EDQUOT":
      return {
        reason: "no space left on the volume",
        hint: "free space, or raise the sizeLimit of the emptyDir or its quota",
      };
    case "EISDIR":
      return { reason: "it is a directory", hint: "name a file in it" };
    case "ELOOP":
      return { reason: "its symbolic links form a loop", hint: "check the links" };
    default:
      return { reason: `the system says ${code || "nothing more"}`, hint: "check the volume and its mount" };
  }
}

function readOnly(point: string): { reason: string; hint: string } {
  return {
    reason: "read-only file system",
    hint:
      `remove readOnly: true from the volumeMount with mountPath ${point} of this container, or mount a writable ` +
      "volume (emptyDir) there; ConfigMap and Secret volumes are always read-only",
  };
}

function denied(directory: string): { reason: string; hint: string } {
  const uid = process.getuid?.();
  const gid = process.getgid?.();
  let owner = "";
  try {
    const stat = statSync(directory);
    owner = ` belongs to uid ${stat.uid} gid ${stat.gid}, mode ${(stat.mode & 0o7777).toString(8).padStart(4, "0")};`;
  } catch {
    // Not even that may be looked at.
  }
  return {
    reason: `permission denied: ${directory}${owner} we run as uid ${uid} gid ${gid}`,
    hint: `give the pod\nsecurityContext:\n  fsGroup: ${gid}`,
  };
}

/** A mount of one file (subPath, compose `file:file`) cannot be replaced by a rename. */
export function singleFile(): { reason: string; hint: string } {
  return {
    reason: "it is a mount of a single file, which cannot be replaced",
    hint: "mount the directory instead of the file (no subPath)",
  };
}

/** The refusal of an owner that we may not give away files to. */
export function cannotChown(shown: string, { uid, gid }: Owner): Problem {
  return new Problem(
    "output",
    `cannot give ${shown} to ${uid}:${gid}: we run as uid ${process.getuid?.()}, which may not chown`,
    {
      hint: `run this container as root, remove owner, or give the pod\nsecurityContext:\n  fsGroup: ${gid}`,
    },
  );
}
