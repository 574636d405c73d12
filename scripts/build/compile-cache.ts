// V8's compile cache of a bundle, made with the Node and the flags of the entrypoint: both are part of its key. A cache that
// fits neither, or is not there, is ignored by Node.
import { chmodSync, readdirSync, renameSync } from "node:fs";
import path from "node:path";
import { nodeFlags, nonroot } from "../images/catalogue.ts";
import { run } from "../images/run.ts";

/** A bundle, and arguments with which it loads and exits. */
export interface WarmUp {
  readonly script: string;
  readonly args: readonly string[];
}

/** Fills the folder `cache` by running the programs one after the other. */
export function warmCompileCache(cache: string, runs: readonly WarmUp[]): void {
  for (const { script, args } of runs) {
    // A fixed seed gives the same bytes every time; it is no part of the key, and the code is bound to no seed.
    run(process.execPath, [...nodeFlags, "--random-seed=1", script, ...args], {
      env: { NODE_COMPILE_CACHE: cache, NODE_COMPILE_CACHE_PORTABLE: "1" },
    });
  }
  handOver(cache);
}

// Node keeps one folder per user id, readable by that user only.
function handOver(cache: string): void {
  chmodSync(cache, 0o755);
  for (const name of readdirSync(cache)) {
    const folder = path.join(cache, name);
    chmodSync(folder, 0o755);
    for (const file of readdirSync(folder)) chmodSync(path.join(folder, file), 0o644);
    renameSync(folder, folder.replace(/-\d+$/, `-${nonroot}`));
  }
}
