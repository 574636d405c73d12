// Parts of Node that cost milliseconds to load, and that a start does not need: in bundles they are loaded by their first use.
import type { Plugin } from "esbuild";

const NAMES = ["node:fs/promises", "node:os", "node:timers/promises", "node:zlib"];

/** Stands getters that load the module in the place of what `import { … } from` it names; `import()` is left alone. */
export const lazyModules: Plugin = {
  name: "lazy-modules",
  setup({ onResolve, onLoad }) {
    const filter = new RegExp(`^(${NAMES.join("|")})$`);
    onResolve({ filter }, ({ path, kind }) => (kind === "import-statement" ? { path, namespace: "lazy" } : undefined));
    onLoad({ filter: /.*/, namespace: "lazy" }, async ({ path }) => {
      const names = Object.keys(await import(path)).filter((name) => name !== "default");
      const getter = `{ enumerable: true, get: () => require("${path}")[name] }`;
      const contents = `for (const name of ${JSON.stringify(names)}) Object.defineProperty(exports, name, ${getter});`;
      return { contents, loader: "js" };
    });
  },
};
