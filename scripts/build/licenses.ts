// The licences of what a bundle contains, from esbuild's list of inputs.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression of its package.json. */
  readonly license: string;
  /** The text of its licence files; empty when it ships none. */
  readonly text: string;
}

/** The npm packages that the given bundle inputs come from, sorted by name and version. */
export function bundledPackages(inputs: readonly string[]): BundledPackage[] {
  const directories = new Set<string>();
  for (const input of inputs) {
    const directory = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
    if (directory !== undefined) directories.add(directory);
  }
  return [...directories].map(describe).sort((a, b) => compare(`${a.name}@${a.version}`, `${b.name}@${b.version}`));
}

/** The file `LICENSES.txt`: this project's licence, read from the file `own`, then one chapter for each bundled package. */
export function licensesText(own: string, packages: readonly BundledPackage[]): string {
  const chapters = packages.map(
    ({ name, version, license, text }) =>
      `${"-".repeat(80)}\n${name} ${version} (${license})\n${"-".repeat(80)}\n\n${text || `Licensed under ${license}.\n`}`,
  );
  return [`Outrigger\n\n${readFileSync(own, "utf8")}`, ...chapters].join("\n");
}

function describe(directory: string): BundledPackage {
  const manifest = JSON.parse(readFileSync(path.join(directory, "package.json"), "utf8"));
  const files = readdirSync(directory)
    .filter((file) => /^(licen[cs]e|copying|notice)([.-].*)?$/i.test(file))
    .sort(compare);
  const text = files.map((file) => readFileSync(path.join(directory, file), "utf8").trimEnd()).join("\n\n");
  return {
    name: manifest.name,
    version: manifest.version,
    license: manifest.license ?? "see text",
    text: text && `${text}\n`,
  };
}

/** By code unit: the order must not depend on the machine's locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
