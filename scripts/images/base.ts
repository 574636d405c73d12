// The offline base: Node, the C and C++ libraries it is linked to, certificates and three files in /etc. The same paths as
// the public distroless images, so that one Dockerfile per tool works on either.
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { type DebianLock, fetchPackages, unpack } from "./debian.ts";
import { installNode } from "./node.ts";
import { type Platform, platforms } from "./platform.ts";
import { baseComponents, cyclonedx } from "./sbom.ts";

// What `readelf -d` names, and what the C library loads by itself to look up names.
const LIBC = ["libc.so.6", "libdl.so.2", "libm.so.6", "libpthread.so.0", "librt.so.1", "libresolv.so.2"];
const NAME_SERVICE = ["libnss_files.so.2", "libnss_dns.so.2"];

const LOCK = "images/base/debian.json";
const MOUNT_POINTS = ["logs", "config", "config-in", "config-out", "data", "metrics", "tmp"];
// gcc-12-base has the copyright file of the two gcc libraries.
const BASE_PACKAGES = ["libc6", "libstdc++6", "libgcc-s1", "gcc-12-base", "ca-certificates", "tini"];

/** Fills `dist/base/<architecture>` (node, system) and `dist/rootfs/<architecture>`. */
export function prepareBase(root: string, platform: Platform): void {
  const cache = path.join(root, ".tmp/images");
  const base = path.join(root, "dist/base", platform.debian);
  const rootfs = path.join(root, "dist/rootfs", platform.debian);
  for (const directory of [base, rootfs]) rmSync(directory, { recursive: true, force: true });

  const packages = fetchPackages(
    BASE_PACKAGES,
    platform,
    JSON.parse(readFileSync(path.join(root, LOCK), "utf8")),
    cache,
  );
  const unpacked = path.join(cache, platform.debian, "root");
  for (const one of packages) unpack(one, unpacked);

  const system = path.join(base, "system");
  const node = installNode(root, platform, path.join(base, "node/nodejs"), cache);
  copyLibraries(unpacked, system, platform);
  writeCertificates(unpacked, system);
  for (const file of ["passwd", "group", "nsswitch.conf"]) {
    install(path.join(root, "images/base/etc", file), path.join(system, "etc", file));
  }
  for (const { name } of packages) {
    install(
      path.join(unpacked, "usr/share/doc", name, "copyright"),
      path.join(system, "usr/share/doc", name, "copyright"),
    );
  }
  writeFile(
    path.join(system, "usr/share/sbom/base.cdx.json"),
    cyclonedx("outrigger/base", baseComponents(node, packages)),
  );
  makeMountPoint(system, "tmp");
  prepareRootfs(unpacked, rootfs);
}

/** Writes `images/base/debian.json` anew from what the archive has now. */
export function recordPackages(root: string): void {
  const cache = path.join(root, ".tmp/images");
  const lock: DebianLock = {};
  for (const platform of platforms) {
    const packages = fetchPackages(BASE_PACKAGES, platform, {}, cache);
    lock[platform.debian] = Object.fromEntries(
      packages.map(({ name, version, sha256 }) => [name, { version, sha256 }]),
    );
  }
  writeFileSync(path.join(root, LOCK), `${JSON.stringify(lock, null, 2)}\n`);
}

/** What every tool's image adds to its base: the init and the directories that volumes are mounted on. */
function prepareRootfs(unpacked: string, rootfs: string): void {
  for (const directory of MOUNT_POINTS) makeMountPoint(rootfs, directory);
  install(path.join(unpacked, "usr/bin/tini"), path.join(rootfs, "usr/bin/tini"), 0o755);
}

// A fresh named volume takes over owner and mode of the directory it is first mounted on.
function makeMountPoint(tree: string, name: string): void {
  const directory = path.join(tree, name);
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o1777);
}

function copyLibraries(unpacked: string, system: string, { triplet, loader }: Platform): void {
  const directory = path.join("lib", triplet);
  for (const name of [...LIBC, ...NAME_SERVICE, "libgcc_s.so.1", path.basename(loader)]) {
    install(path.join(unpacked, directory, name), path.join(system, directory, name));
  }
  const standard = path.join("usr/lib", triplet, "libstdc++.so.6");
  install(path.join(unpacked, standard), path.join(system, standard));
  chmodSync(path.join(system, directory, path.basename(loader)), 0o755);
  mkdirSync(path.dirname(path.join(system, loader)), { recursive: true });
  symlinkSync(`/${directory}/${path.basename(loader)}`, path.join(system, loader));
}

function writeCertificates(unpacked: string, system: string): void {
  const mozilla = path.join(unpacked, "usr/share/ca-certificates/mozilla");
  const certificates = readdirSync(mozilla)
    .sort()
    .map((file) => readFileSync(path.join(mozilla, file), "utf8").trimEnd());
  writeFile(path.join(system, "etc/ssl/certs/ca-certificates.crt"), `${certificates.join("\n")}\n`);
}

// COPY keeps modes: they must not depend on how the checkout was made.
function install(from: string, to: string, mode = 0o644): void {
  mkdirSync(path.dirname(to), { recursive: true });
  copyFileSync(from, to);
  chmodSync(to, mode);
}

function writeFile(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}
