// Debian packages for the base image, fetched without touching the machine's own package state and unpacked without root.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Platform } from "./platform.ts";
import { run } from "./run.ts";

export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly sha256: string;
  readonly file: string;
}

/** `images/base/debian.json`: version and sha256 of each package, by architecture. */
export type DebianLock = Partial<Record<string, Record<string, { version: string; sha256: string }>>>;

/**
 * Downloads the packages into `cache`: the versions of the lock as long as the archive has them, else its newest ones, which a
 * note on stderr names. A package that has the locked version and other content is refused.
 */
export function fetchPackages(
  names: readonly string[],
  platform: Platform,
  lock: DebianLock,
  cache: string,
): DebianPackage[] {
  const locked = lock[platform.debian] ?? {};
  const downloads = path.join(cache, platform.debian);
  rmSync(downloads, { recursive: true, force: true });
  mkdirSync(downloads, { recursive: true });
  const apt = isolatedApt(path.join(cache, `apt-${platform.debian}`), platform);
  apt(["update"], downloads);

  const exact = names.map((name) => (locked[name] ? `${name}=${locked[name].version}` : name));
  try {
    apt(["download", ...exact], downloads);
  } catch {
    // An archive keeps old versions for a while only.
    apt(["download", ...names], downloads);
  }
  return readdirSync(downloads)
    .sort()
    .map((file) => inspect(path.join(downloads, file)))
    .map((found) => verify(found, locked[found.name], platform));
}

/** Unpacks a package's files below `into`, without its scripts. */
export function unpack({ file }: DebianPackage, into: string): void {
  run("dpkg-deb", ["-x", file, into]);
}

// An apt with lists, cache and architecture of its own. Archives and keys are the machine's.
function isolatedApt(state: string, { debian }: Platform): (args: readonly string[], cwd: string) => void {
  for (const directory of ["lists/partial", "archives/partial"])
    mkdirSync(path.join(state, directory), { recursive: true });
  writeFileSync(path.join(state, "status"), "");
  const configuration = path.join(state, "apt.conf");
  writeFileSync(
    configuration,
    [
      `Dir::State "${state}";`,
      `Dir::State::status "${state}/status";`,
      `Dir::Cache "${state}";`,
      `APT::Architecture "${debian}";`,
      `APT::Architectures { "${debian}"; };`,
      // The unprivileged user that apt changes to cannot write here.
      'APT::Sandbox::User "";',
      'Acquire::Languages "none";',
      'Acquire::Retries "3";',
      "",
    ].join("\n"),
  );
  return (args, cwd) => run("apt-get", ["-q", ...args], { cwd, env: { APT_CONFIG: configuration } });
}

function inspect(file: string): DebianPackage {
  const field = (name: string) => run("dpkg-deb", ["-f", file, name]).trim();
  const sha256 = createHash("sha256").update(readFileSync(file)).digest("hex");
  return { name: field("Package"), version: field("Version"), architecture: field("Architecture"), sha256, file };
}

function verify(
  found: DebianPackage,
  locked: { version: string; sha256: string } | undefined,
  { debian }: Platform,
): DebianPackage {
  if (locked?.version === found.version && locked.sha256 !== found.sha256) {
    throw new Error(
      `${found.name} ${found.version} has sha256 ${found.sha256}, but images/base/debian.json says ${locked.sha256}`,
    );
  }
  if (locked !== undefined && locked.version !== found.version) {
    process.stderr.write(
      `note: ${found.name} ${found.version} (${debian}): the archive no longer has ${locked.version} of images/base/debian.json; ` +
        "`npm run images -- lock` records the new one\n",
    );
  }
  return found;
}
