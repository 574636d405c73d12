// Runs a script with the pinned Node, installing the dependencies first when they are missing.
// Usage: node scripts/with-node.cjs SCRIPT [ARG…]. Plain CommonJS, so that any Node from 20 on can start it.
"use strict";
const { spawn, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const root = path.dirname(__dirname);
const modules = path.join(root, "node_modules");

// npm writes this file at the end of every complete installation; one older than the lock file is out of date.
function installed() {
  try {
    const lock = fs.statSync(path.join(root, "package-lock.json")).mtimeMs;
    return fs.statSync(path.join(modules, ".package-lock.json")).mtimeMs >= lock || fs.existsSync(stamp());
  } catch {
    return false;
  }
}

// A checkout touches the lock file without changing it: the stamp remembers the content that was installed.
function stamp() {
  const hash = require("node:crypto").createHash("sha256");
  hash.update(fs.readFileSync(path.join(root, "package-lock.json")));
  return path.join(modules, `.installed-${hash.digest("hex").slice(0, 16)}`);
}

function install() {
  process.stderr.write("Installing the dependencies (npm ci) …\n");
  const npm = process.env.npm_execpath;
  const [command, ...before] = npm?.endsWith(".js") ? [process.execPath, npm] : ["npm"];
  const result = spawnSync(command, [...before, "ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  if (result.status !== 0) {
    process.stderr.write("npm ci failed: see its message above.\n");
    process.exit(result.status ?? 1);
  }
  fs.writeFileSync(stamp(), "");
}

function pinnedNode() {
  const candidate = path.join(modules, ".bin", "node");
  if (fs.existsSync(candidate)) return fs.realpathSync(candidate);
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  process.stderr.write(
    `Outrigger needs Node 24 or newer here (this is ${process.versions.node}): its pinned Node is packaged for Linux ` +
      "on x64 and arm64 only. Install Node 24 and try again.\n",
  );
  return process.exit(1);
}

if (!installed()) install();
const node = pinnedNode();
const child = spawn(node, process.argv.slice(2), {
  stdio: "inherit",
  env: {
    ...process.env,
    PATH: `${path.dirname(node)}${path.delimiter}${path.join(modules, ".bin")}${path.delimiter}${process.env.PATH}`,
  },
});
// The terminal sends Ctrl-C to the child as well; a supervisor signals only this process.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  });
}
child.on("exit", (code, signal) => {
  process.exitCode = signal ? 128 + (require("node:os").constants.signals[signal] ?? 0) : (code ?? 1);
});
