// Loaded before everything else by the entry points in bin/. Plain JavaScript: a Node that is too old to run TypeScript
// must still get this far. The tool then runs under the Node that the installation brought along, as a child of this one.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import path from "node:path";

const OLDEST = 24;

/** The executable of the npm package that holds Node for this machine; undefined where there is none. */
function packagedNode() {
  const { resolve } = createRequire(import.meta.url);
  try {
    const folder = path.dirname(resolve(`node-${process.platform}-${process.arch}/package.json`));
    const executable = path.join(folder, "bin", "node");
    return existsSync(executable) ? executable : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Runs this program again with another Node, and ends as it ends.
 * @param {string} node
 * @returns {Promise<never>}
 */
function continueWith(node) {
  const child = spawn(node, process.argv.slice(1), { stdio: "inherit" });
  for (const signal of /** @type {NodeJS.Signals[]} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => child.kill(signal));
  }
  return new Promise(() => {
    child.on("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 128 + constants.signals[signal]));
  });
}

if (Number(process.versions.node.split(".")[0]) < OLDEST) {
  const node = packagedNode();
  if (node !== undefined) await continueWith(node);
  process.stderr.write(
    `Outrigger needs Node ${OLDEST} or newer; this is ${process.versions.node}, and no newer one came with the ` +
      `dependencies. Install Node ${OLDEST}, or run npm ci on Linux on x64 or arm64, which brings one.\n`,
  );
  process.exit(1);
}
