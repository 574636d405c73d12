import { type Loaded, loadSection, parseSet } from "@outrigger/runtime/load";
import type { Options } from "@outrigger/runtime/options";
import { printConfig } from "@outrigger/runtime/print-config";
import { registerSecret } from "@outrigger/runtime/secrets";
import type { Section } from "@outrigger/runtime/section";
import { configSection, type MergeConfig } from "./config.ts";
import { isSecretPath } from "./secret-keys.ts";
import { writeOut } from "./stdout.ts";

/** Loads the `config` section: file, environment, `--set`. Throws `ConfigError` (exit status 2) with all problems; a file that has lost what `inForce` had is one. */
export function load({ values }: Options, inForce?: Loaded<MergeConfig>): Promise<Loaded<MergeConfig>> {
  return loadSection(configSection, {
    file: values.get("config")?.at(-1),
    assignments: (values.get("set") ?? []).map(parseSet),
    inForce,
  });
}

/** `--print-config`. Resolves with the exit status. */
export async function printConfiguration(loaded: Loaded<MergeConfig> | undefined): Promise<number> {
  for (const { set = {} } of Object.values(loaded?.config ?? {})) hideSecrets(set);
  await writeOut(Buffer.from(printConfig(configSection as Section<never>, loaded?.input)));
  return 0;
}

/** Literal values under keys that are named like a secret are masked like one. */
function hideSecrets(set: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(set)) {
    if (typeof value === "object" && value !== null) hideSecrets(value as Record<string, unknown>);
    else if (isSecretPath([key]) && typeof value === "string" && !/^(?:env:|file:\/)/.test(value))
      registerSecret(value);
  }
}
