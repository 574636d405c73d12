import { readFile } from "node:fs/promises";
import { systemCode } from "../errors.ts";
import { parseConfig } from "./document.ts";
import { explain } from "./explain.ts";
import { ConfigError } from "./problem.ts";
import type { Schema } from "./schema.ts";

/** Reads a YAML file beside the configuration by a schema of its own. Throws `ConfigError` with every problem at once. */
export async function readAs<T>(schema: Schema<T>, file: string): Promise<T> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    const message = `cannot read ${file}: ${systemCode(error) ?? error}; name a file that exists`;
    throw new ConfigError([{ path: [], message }]);
  });
  const document = parseConfig(file, text);
  const parsed = schema.safeParse(document.value);
  if (parsed.success && document.problems.length === 0) return parsed.data;
  const findings = parsed.success ? [] : explain(schema, document.value, parsed.error.issues);
  throw new ConfigError([
    ...document.problems,
    ...findings.map(({ path, message, key }) => ({ path, message, at: document.locate(path, key) })),
  ]);
}
