// The Node binary of the image: the very one that the lock file pins.
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Platform } from "./platform.ts";
import { run, succeeds } from "./run.ts";

export interface NodeBinary {
  readonly package: string;
  readonly version: string;
  /** The package's integrity in the lock file. */
  readonly integrity: string;
  /** Of the binary as the package ships it, before it is stripped. */
  readonly sha256: string;
  readonly stripped: boolean;
}

/** Puts `bin/node`, stripped when `strip` can do it, and `LICENSE` into `into`. */
export function installNode(root: string, platform: Platform, into: string, cache: string): NodeBinary {
  const name = `node-linux-${platform.node}`;
  const lock = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8"));
  const { version, integrity } = lock.packages[`node_modules/${name}`];
  const installed = path.join(root, "node_modules", name);
  const source = existsSync(path.join(installed, "bin/node")) ? installed : download(name, version, integrity, cache);

  const binary = path.join(into, "bin/node");
  mkdirSync(path.dirname(binary), { recursive: true });
  copyFileSync(path.join(source, "bin/node"), binary);
  copyFileSync(path.join(source, "LICENSE"), path.join(into, "LICENSE"));
  const sha256 = createHash("sha256").update(readFileSync(binary)).digest("hex");
  // 126 MB become 108; memory and speed stay what they are. A strip for another architecture only refuses.
  const stripped = succeeds("strip", [binary]);
  if (!stripped)
    process.stderr.write("note: strip (binutils) is missing or cannot read this binary: shipped as it is\n");
  chmodSync(binary, 0o755);
  return { package: name, version, integrity, sha256, stripped };
}

// The other architecture's package is in the lock file, but npm installs only this machine's.
function download(name: string, version: string, integrity: string, cache: string): string {
  const directory = path.join(cache, `${name}-${version}`);
  if (existsSync(path.join(directory, "package/bin/node"))) return path.join(directory, "package");
  mkdirSync(directory, { recursive: true });
  const [{ filename, integrity: got }] = JSON.parse(
    run("npm", ["pack", "--json", "--pack-destination", directory, `${name}@${version}`]),
  );
  if (got !== integrity)
    throw new Error(`${name} ${version} has integrity ${got}, but package-lock.json says ${integrity}`);
  run("tar", ["-xzf", path.join(directory, filename), "-C", directory]);
  return path.join(directory, "package");
}
