// A launcher and one CommonJS bundle per program. The result depends on the sources and the lock file only.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { bundleName, type ImageSpec, launcherName, libraryName } from "../images/catalogue.ts";
import { bundleComponents, cyclonedx } from "../images/sbom.ts";
import { saveCode } from "./code-cache.ts";
import { lazyModules } from "./lazy-modules.ts";
import { bundledPackages, licensesText } from "./licenses.ts";

/**
 * Fills `dist/<name>` with the image's programs and libraries, V8's code for them and `LICENSES.txt`, and lists the npm packages
 * inside in `dist/sbom/<name>.cdx.json`. Modules behind `import()` are in the same file and still run only when they are asked for.
 */
export async function bundleImage(image: ImageSpec, root: string): Promise<void> {
  const out = path.join(root, "dist", image.name);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });

  const launcher = path.join(out, launcherName(image));
  const tool = path.join(out, bundleName(image));
  const inputs = [
    ...(await bundle(root, { entryPoints: ["scripts/build/launcher.cjs"], outfile: launcher })),
    ...(await bundle(root, toolOptions(image, root, tool))),
  ];
  for (const library of librariesOf(image)) {
    const outfile = path.join(out, libraryName(library));
    inputs.push(...(await bundle(root, { ...asValue, entryPoints: [library], outfile })));
  }
  if (image.health !== undefined) {
    const probe = path.join(out, "probe.cjs");
    inputs.push(...(await bundle(root, { ...entry(root, PROBE_ENTRY, "packages/healthz"), outfile: probe })));
  }
  saveCode(image, tool);

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
  import { end } from "@outrigger/runtime/end";
  probe(process.argv.slice(2)).then(end);
`;

function entry(root: string, contents: string, directory: string): BuildOptions {
  return { stdin: { contents, resolveDir: path.join(root, directory), sourcefile: "entry.js" } };
}

/** A script whose value is a function of `require`: V8 keeps code for scripts only. */
function toolOptions(image: ImageSpec, root: string, outfile: string): BuildOptions {
  return {
    ...entry(root, TOOL_ENTRY, path.dirname(image.entry)),
    banner: { js: "(function(require){" },
    footer: { js: "})" },
    plugins: [fromLoader(librariesOf(image))],
    outfile,
  };
}

function librariesOf({ libraries = [], lateLibraries = [] }: ImageSpec): readonly string[] {
  return [...libraries, ...lateLibraries];
}

/** A script like the tool's, whose function returns what the library exports. */
const asValue: BuildOptions = {
  banner: { js: "(function(require){const module={exports:{}},{exports}=module;" },
  footer: { js: "return module.exports})" },
};

/** What scripts/build/loader.cjs gives a bundle: the launcher has run `early` already; libraries have their own bundles. */
function fromLoader(libraries: readonly string[]): Plugin {
  // Modules of ours are imported by their files as well.
  const files = new Map(libraries.map((library) => [resolve(library), library]));
  return {
    name: "from-loader",
    setup({ onResolve }) {
      onResolve({ filter: /(^@outrigger\/runtime\/early|\/early\.js)$/ }, () => outside("early"));
      onResolve({ filter: /^[^./]/ }, ({ path: name }) =>
        libraries.includes(name) ? outside(`library/${libraryName(name)}`) : undefined,
      );
      onResolve({ filter: /^[.]/ }, ({ path: file, resolveDir }) => {
        const library = files.get(path.join(resolveDir, file));
        return library === undefined ? undefined : outside(`library/${libraryName(library)}`);
      });
    },
  };
}

const { resolve } = createRequire(import.meta.url);

const outside = (name: string) => ({ path: `outrigger:${name}`, external: true });

/** Returns the paths of the bundled files, relative to the root. */
async function bundle(root: string, options: BuildOptions): Promise<string[]> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    // Many packages name their ES modules in "module" only; "main" first would bundle what cannot be shaken.
    mainFields: ["module", "main"],
    // Modules of Node are required: the first import() loads Node's loader of ES modules.
    supported: { "dynamic-import": false },
    define: { "performance.now": "monotonicNow" },
    inject: ["scripts/build/monotonic.js"],
    // The source stays in memory as long as the process lives. Names are kept: they are in every stack trace.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    logLevel: "warning",
    ...options,
    plugins: [lazyModules, ...(options.plugins ?? [])],
    metafile: true,
    write: false,
  });
  for (const { path: file, text } of outputFiles) writeFileSync(file, ascii(text));
  return Object.keys(metafile.inputs);
}

/** esbuild escapes what is not ASCII everywhere but in regular expressions, which read the same escapes. */
function ascii(code: string): string {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
