/** What is started: the tools as their images ship them, and the smallest servers anybody could write instead. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { environment, flagsOf, nodeFlags } from "../../scripts/images/catalogue.ts";

const root = join(import.meta.dirname, "../..");

/** A program that serves HTTP. */
export interface Program {
  argv: string[];
  env: Record<string, string>;
}

let built = false;

/** A tool as its image starts it: bundle, V8's code for it, flags and variables. */
export function shippedTool(name: string, args: string[], directory: string): Program {
  if (!built) {
    const { status } = spawnSync(process.execPath, [join(root, "scripts/build.ts")], {
      stdio: ["ignore", "ignore", 2],
    });
    if (status !== 0) throw new Error("npm run build failed: see above");
    built = true;
  }
  const app = join(directory, name);
  cpSync(join(root, "dist", name), app, { recursive: true });
  const script = readdirSync(app).find((file) => file.endsWith(".cjs") && file !== "probe.cjs") ?? "";
  return shipped(join(app, script), args, flagsOf({ name }));
}

const servers = {
  "node:http": "require('node:http').createServer((_, response) => response.end('ok'))",
  express: "require('express')().get('/', (_, response) => response.end('ok'))",
};

/** A server that answers every request with `ok`, bundled, with the same flags and variables, and with Node's compile cache. */
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
  const { argv, env } = shipped(script, []);
  return { argv, env: { ...env, NODE_COMPILE_CACHE: cache } };
}

function shipped(script: string, args: string[], flags: readonly string[] = nodeFlags): Program {
  return { argv: [process.execPath, ...flags, script, ...args], env: { ...environment } };
}
