// Lint, format and import rules (biome), then files and dependencies nobody uses (knip).
import { spawnSync } from "node:child_process";

const steps: [string, string[]][] = [
  ["biome", ["ci", "--error-on-warnings"]],
  ["knip", []],
];

for (const [command, args] of steps) {
  const { status } = spawnSync(`node_modules/.bin/${command}`, args, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
