// Parts of Node that cost milliseconds to load, and that a start does not need: in bundles they are loaded by the first call.
import type { Plugin } from "esbuild";

const NAMES = ["node:fs/promises"];

/** Stands functions that load the module in the place of `import { … } from` it; `import()` is left alone. */
export const lazyModules: Plugin = {
  name: "lazy-modules",
  setup({ onResolve, onLoad }) {
    const filter = new RegExp(`^(${NAMES.join("|")})$`);
    onResolve({ filter }, ({ path, kind }) => (kind === "import-statement" ? { path, namespace: "lazy" } : undefined));
    onLoad({ filter: /.*/, namespace: "lazy" }, async ({ path }) => {
      const functions = Object.entries(await import(path)).filter(
        ([name, value]) => name !== "default" && typeof value === "function",
      );
      const exports = functions.map(
        ([name]) => `export const ${name} = (...values) => require("${path}").${name}(...values);`,
      );
      return { contents: exports.join("\n"), loader: "js" };
    });
  },
};
