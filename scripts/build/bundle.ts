// One CommonJS file per program. The result depends on the sources and the lock file only.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { bundleName, type ImageSpec } from "../images/catalogue.ts";
import { bundleComponents, cyclonedx } from "../images/sbom.ts";
import { warmCompileCache } from "./compile-cache.ts";
import { bundledPackages, licensesText } from "./licenses.ts";

/**
 * Fills `dist/<name>` with the image's programs, their compile caches and `LICENSES.txt`, and lists the npm packages inside in
 * `dist/sbom/<name>.cdx.json`. Modules behind `import()` are in the same file and still run only when they are asked for.
 */
export async function bundleImage(image: ImageSpec, root: string): Promise<void> {
  const out = path.join(root, "dist", image.name);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });

  const tool = path.join(out, bundleName(image));
  const inputs = await bundle(root, TOOL_ENTRY, path.dirname(image.entry), tool);
  const runs = [{ script: tool, args: ["--version"] }];
  if (image.health !== undefined) {
    const probe = path.join(out, "probe.cjs");
    inputs.push(...(await bundle(root, PROBE_ENTRY, "packages/healthz", probe)));
    runs.push({ script: probe, args: ["--help"] });
  }
  warmCompileCache(path.join(out, "cache"), runs);

  const packages = bundledPackages(inputs);
  writeFileSync(path.join(out, "LICENSES.txt"), licensesText(path.join(root, "LICENSE"), packages));
  const sbom = path.join(root, "dist/sbom");
  mkdirSync(sbom, { recursive: true });
  writeFileSync(
    path.join(sbom, `${image.name}.cdx.json`),
    cyclonedx(`outrigger/${image.name}`, bundleComponents(packages)),
  );
}

// What bin/<tool>.js does, without its top-level await, which CommonJS does not have.
const TOOL_ENTRY = `
  import "@outrigger/runtime/early";
  import { main } from "../src/main.ts";
  void main(process.argv.slice(2));
`;

// What HEALTHCHECK runs in the images of the other tools: `healthz probe` alone.
const PROBE_ENTRY = `
  import { probe } from "./src/commands/probe.ts";
  probe(process.argv.slice(2)).then((status) => { process.exitCode = status; });
`;

/** Returns the paths of the bundled files, relative to the root. */
async function bundle(root: string, contents: string, resolveDir: string, outfile: string): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    stdin: { contents, resolveDir: path.join(root, resolveDir), sourcefile: "entry.js" },
    outfile,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    // Many packages name their ES modules in "module" only; "main" first would bundle what cannot be shaken.
    mainFields: ["module", "main"],
    // The source stays in memory as long as the process lives. Names are kept: they are in every stack trace.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  return Object.keys(metafile.inputs);
}
