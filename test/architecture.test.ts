// The allowed directions, as a table: images → tools, cli → libraries → runtime → npm. See ARCHITECTURE.md.
import assert from "node:assert/strict";
import { globSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { repository } from "./harness/tool.ts";

/** What each package may import: workspace packages by folder name, then npm packages. */
const ALLOWED: Readonly<Record<string, { workspace: readonly string[]; npm: readonly string[] }>> = {
  runtime: { workspace: [], npm: ["yaml", "zod"] },
  tail: { workspace: ["runtime"], npm: [] },
  records: { workspace: ["runtime"], npm: [] },
  net: { workspace: ["runtime"], npm: [] },
  exposition: { workspace: ["runtime"], npm: [] },
  formats: {
    workspace: ["runtime"],
    npm: ["@cfworker/json-schema", "jsonc-parser", "saxes", "smol-toml", "toml-eslint-parser", "yaml"],
  },
  "log-tailer": { workspace: ["runtime", "tail", "records"], npm: [] },
  healthz: { workspace: ["runtime", "tail", "net"], npm: ["express"] },
  "metrics-exporter": { workspace: ["runtime", "tail", "records", "exposition"], npm: ["express"] },
  "egress-proxy": { workspace: ["runtime", "net"], npm: [] },
  "config-merge": { workspace: ["runtime", "formats"], npm: [] },
  cli: {
    workspace: ["runtime", "log-tailer", "healthz", "metrics-exporter", "egress-proxy", "config-merge"],
    npm: ["yaml"],
  },
};

/** Inside `runtime`, each heavy library has one owner. */
const OWNERS: Readonly<Record<string, RegExp>> = {
  zod: /^src\/config\//,
  yaml: /^src\/config\//,
};

/** What `cli` may take from a tool: its section, the function that `run` starts, its command line. */
const TOOL_SURFACE = new Set(["config", "service", "main"]);

const packages = path.join(repository, "packages");
const folders = readdirSync(packages).sort();

interface Import {
  file: string;
  specifier: string;
}

function importsOf(folder: string): Import[] {
  return globSync("{src,bin}/**/*.{ts,js}", { cwd: path.join(packages, folder) }).flatMap((file) => {
    const code = readFileSync(path.join(packages, folder, file), "utf8");
    const found = [
      ...code.matchAll(/^(?:import|export)\s(?:[^;"']*?\sfrom\s+)?["']([^"']+)["']/gm),
      ...code.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g),
    ];
    return found.map(([, specifier = ""]) => ({ file, specifier }));
  });
}

const nameOf = (specifier: string) =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

test("every package has its row in the table", () => {
  assert.deepEqual(folders, Object.keys(ALLOWED).sort());
});

for (const folder of folders) {
  const { workspace, npm } = ALLOWED[folder] ?? { workspace: [], npm: [] };

  test(`${folder} imports only what its layer may`, () => {
    for (const { file, specifier } of importsOf(folder)) {
      const where = `packages/${folder}/${file} imports ${specifier}`;
      if (specifier.startsWith("node:")) continue;
      if (specifier.startsWith(".")) {
        const target = path.relative(folder, path.join(folder, path.dirname(file), specifier));
        assert.ok(!target.startsWith(".."), `${where}: leave the package by its name, not by its path`);
      } else if (specifier.startsWith("@outrigger/")) {
        const [, target = "", subPath = ""] = specifier.split("/");
        assert.ok(workspace.includes(target), `${where}: not an allowed direction`);
        if (Object.hasOwn(ALLOWED, target) && folder === "cli" && ALLOWED[target]?.workspace.length !== 0) {
          const isTool = readdirSync(path.join(packages, target)).includes("bin");
          assert.ok(!isTool || TOOL_SURFACE.has(subPath), `${where}: a tool shows ./config, ./service and ./main only`);
        }
      } else {
        assert.ok(npm.includes(nameOf(specifier)), `${where}: not a library of this package`);
        const owner = folder === "runtime" ? OWNERS[nameOf(specifier)] : undefined;
        assert.ok(!owner || owner.test(file), `${where}: this library has another owner`);
      }
    }
  });

  test(`${folder} declares what it imports, and nothing else of the workspace`, () => {
    const manifest = JSON.parse(readFileSync(path.join(packages, folder, "package.json"), "utf8"));
    const declared = Object.keys(manifest.dependencies ?? {}).sort();
    const used = new Set(
      importsOf(folder)
        .map(({ specifier }) => nameOf(specifier))
        .filter((name) => !/^(\.|node:)/.test(name)),
    );
    assert.deepEqual(declared, [...used].sort());
  });
}
