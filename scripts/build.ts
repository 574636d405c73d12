// Bundles the tools into dist/. Usage: node scripts/build.ts [IMAGE…]; without names, all of them.
import path from "node:path";
import { bundleImage } from "./build/bundle.ts";
import { images } from "./images/catalogue.ts";

const root = path.dirname(import.meta.dirname);
const wanted = process.argv.slice(2);
const names = images.map(({ name }) => name);
const unknown = wanted.find((name) => !names.includes(name));
if (unknown === undefined) {
  process.umask(0o022);
  const chosen = wanted.length === 0 ? images : images.filter(({ name }) => wanted.includes(name));
  for (const image of chosen) await bundleImage(image, root);
} else {
  process.stderr.write(`no image is called ${unknown}; there are ${names.join(", ")}\n`);
  process.exitCode = 2;
}
