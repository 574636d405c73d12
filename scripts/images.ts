// Builds the images. Usage: node scripts/images.ts [COMMAND]
//   (none)       the base, the bundles and every image
//   base         the offline base only
//   tools        the bundles and the tools' images, on the base that is there (or on $BASE_IMAGE)
//   apps         the images of the example applications
//   dockerfiles  renders images/*/Dockerfile
//   lock         records the newest Debian packages, for both architectures, in images/base/debian.json
import { writeFileSync } from "node:fs";
import path from "node:path";
import { bundleImage } from "./build/bundle.ts";
import { prepareBase, recordPackages } from "./images/base.ts";
import { buildApps, buildBase, buildContext, buildTools } from "./images/build.ts";
import { images } from "./images/catalogue.ts";
import { renderDockerfile } from "./images/dockerfile.ts";
import { findEngine } from "./images/engine.ts";
import { hostPlatform } from "./images/platform.ts";

const root = path.dirname(import.meta.dirname);
const context = () => buildContext(root, findEngine(), hostPlatform());

const commands: Record<string, () => void | Promise<void>> = {
  async all() {
    for (const command of ["base", "tools", "apps"]) await commands[command]!();
  },
  base() {
    prepareBase(root, hostPlatform());
    buildBase(context());
  },
  async tools() {
    for (const image of images) await bundleImage(image, root);
    buildTools(context());
  },
  apps: () => buildApps(context()),
  dockerfiles() {
    for (const image of images)
      writeFileSync(path.join(root, "images", image.name, "Dockerfile"), renderDockerfile(image, root));
  },
  lock: () => recordPackages(root),
};

process.umask(0o022);
const command = commands[process.argv[2] ?? "all"];
if (command === undefined) {
  process.stderr.write(`images takes one of: ${Object.keys(commands).join(", ")}\n`);
  process.exitCode = 2;
} else {
  await command();
}
