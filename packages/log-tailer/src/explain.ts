import { UsageError } from "@outrigger/runtime/errors";
import { print } from "@outrigger/runtime/output";
import type { CommandContext } from "@outrigger/runtime/tool";
import { explainPath } from "@outrigger/tail/explain";
import type { LogsConfig } from "./config.ts";
import { explainMount } from "./mounted-files.ts";

/** Prints why a file is or is not being read. Resolves with 0 when it is, 1 when it is not. */
export async function explain({ args, load }: CommandContext<LogsConfig>): Promise<number> {
  const [file, ...options] = args;
  if (file === undefined || file.startsWith("-")) {
    throw new UsageError("explain needs a file: log-tailer explain FILE [--config FILE]");
  }
  // What follows are the options that the tailer itself runs with.
  const { config } = await load(options);
  const { isRead, reasons } = explainPath(config.sources, file);
  const mounted = explainMount(file);
  await print(`${[...reasons, ...(mounted === undefined ? [] : [mounted])].join("\n")}\n`);
  return isRead ? 0 : 1;
}
