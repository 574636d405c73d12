import { formatHelp } from "@outrigger/runtime/help";
import { COMMON_FLAGS } from "@outrigger/runtime/options";
import { referenceOf } from "@outrigger/runtime/reference";
import type { Section } from "@outrigger/runtime/section";
import { flags } from "./arguments.ts";
import { configSection } from "./config.ts";
import { writeOut } from "./stdout.ts";

/** Prints `--help`. Resolves with the exit status. */
export async function printHelp(): Promise<number> {
  const text = formatHelp({
    tool: "config-merge",
    summary: "merges configuration files, secrets and variables into the files an application reads",
    usage: "[SOURCES…] [PATH=VALUE…] [OPTIONS]",
    flags: [...flags, ...COMMON_FLAGS],
    keys: referenceOf(configSection as Section<never>),
  });
  await writeOut(Buffer.from(text));
  return 0;
}
