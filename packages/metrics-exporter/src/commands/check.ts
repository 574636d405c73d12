/** `metrics-exporter check [--strict]`: the configuration's errors, then warnings. */
import { print } from "@outrigger/runtime/output";
import type { CommandContext } from "@outrigger/runtime/tool";
import type { MetricsConfig } from "../config.ts";
import { lint } from "../lint.ts";

/** Exit status 0 with or without warnings, 2 for errors, and with `--strict` 2 for warnings too. */
export async function check({ args, load }: CommandContext<MetricsConfig>): Promise<number> {
  const strict = args.includes("--strict");
  const { config } = await load(args.filter((argument) => argument !== "--strict"));
  const findings = lint(config);
  if (findings.length === 0) await print("ok\n");
  else await print(findings.map(({ rule, message }) => `warning: ${rule}: ${message}\n`).join(""));
  return strict && findings.length > 0 ? 2 : 0;
}
