// Runs the tests. Usage: node scripts/test.ts [PATTERN…]; without patterns, everything that needs only Node and npm.
// test/system and test/pods need Debian packages and a container engine: continuous integration names them.
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import path from "node:path";

const everywhere = [
  "packages/*/test/**/*.test.ts",
  "test/*.test.ts",
  "test/!(system|pods|images|compose)/**/*.test.ts",
];
const patterns = process.argv.slice(2);
const files = globSync(patterns.length > 0 ? patterns : everywhere).sort();
if (files.length === 0) {
  process.stderr.write(`No test matches ${patterns.join(" ")}\n`);
  process.exit(1);
}

// Tests start our tools hundreds of times, and most of what a start from the sources costs is stripping types and compiling.
const compiled = path.resolve("node_modules/.cache/outrigger-tests");

const { status } = spawnSync(
  process.execPath,
  [
    "--import=./test/harness/seed.ts",
    "--import=./test/harness/watchdog.ts",
    "--test",
    "--test-timeout=180000",
    "--test-concurrency=2",
    "--test-reporter=./scripts/test-reporter.ts",
    "--test-reporter-destination=stdout",
    ...files,
  ],
  {
    stdio: "inherit",
    env: { ...process.env, NODE_OPTIONS: "--disable-warning=ExperimentalWarning", NODE_COMPILE_CACHE: compiled },
  },
);
process.exitCode = status ?? 1;
