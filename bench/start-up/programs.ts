/** What is started: the tools as their images ship them, and the smallest servers anybody could write instead. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { environment, nodeFlags } from "../../scripts/images/catalogue.ts";

const root = join(import.meta.dirname, "../..");

/** A program that serves HTTP. */
export interface Program {
  argv: string[];
  env: Record<string, string>;
}

let built = false;

/** A tool's bundle with the flags, the variables and the warm compile cache of its image. */
export function shippedTool(name: string, args: string[], directory: string): Program {
  if (!built) {
    const { status } = spawnSync(process.execPath, [join(root, "scripts/build.ts")], {
      stdio: ["ignore", "ignore", 2],
    });
    if (status !== 0) throw new Error("npm run build failed: see above");
    built = true;
  }
  // The cache is found by its place relative to the script, so both move.
  const app = join(directory, name);
  const cache = join(app, "cache");
  cpSync(join(root, "dist", name), app, { recursive: true });
  // Node keeps one folder per user id; the image's is for its own user.
  for (const folder of readdirSync(cache)) {
    renameSync(join(cache, folder), join(cache, folder.replace(/-\d+$/, `-${process.getuid?.() ?? 0}`)));
  }
  const script = readdirSync(app).find((file) => file.endsWith(".cjs") && file !== "probe.cjs") ?? "";
  return shipped(join(app, script), args, cache);
}

const servers = {
  "node:http": "require('node:http').createServer((_, response) => response.end('ok'))",
  express: "require('express')().get('/', (_, response) => response.end('ok'))",
};

/** A server that answers every request with `ok`, bundled and started in the same way. */
export async function hello(kind: keyof typeof servers, port: number, directory: string): Promise<Program> {
  const source = join(directory, "hello.js");
  const script = join(directory, "hello.cjs");
  const cache = join(directory, "cache");
  mkdirSync(cache);
  writeFileSync(source, `process.on("SIGTERM", () => process.exit(0));\n${servers[kind]}.listen(${port});\n`);
  await build({
    entryPoints: [source],
    outfile: script,
    bundle: true,
    platform: "node",
    format: "cjs",
    minifyWhitespace: true,
    nodePaths: [join(root, "node_modules")],
    logLevel: "error",
  });
  return shipped(script, [], cache);
}

function shipped(script: string, args: string[], cache: string): Program {
  return {
    argv: [process.execPath, ...nodeFlags, script, ...args],
    env: { ...environment, NODE_COMPILE_CACHE: cache },
  };
}
