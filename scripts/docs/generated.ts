import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { schemaText } from "../../packages/cli/src/schema.ts";
import { tools } from "../../packages/cli/src/sections.ts";
import { referenceOf } from "../../packages/runtime/src/config/reference.ts";
import type { Section } from "../../packages/runtime/src/config/section.ts";
import { renderIndex, renderTool, type ToolPage } from "./page.ts";

const run = promisify(execFile);

/** Every generated file by its path in the repository. A test compares them with what is committed. */
export async function generatedFiles(root: string): Promise<Map<string, string>> {
  const pages = await Promise.all(
    Object.entries(tools).map(async ([key, { name, summary, section }]): Promise<ToolPage> => {
      const entries = referenceOf((await section()) as Section<never>);
      return { key, name, summary, entries, help: await commandLineOf(root, name) };
    }),
  );
  return new Map([
    ["schemas/outrigger.schema.json", await schemaText()],
    ["docs/reference/README.md", renderIndex(pages)],
    ...pages.map((page) => [`docs/reference/${page.name}.md`, renderTool(page)] as const),
  ]);
}

/** What `--help` prints about the command line; the keys have a table of their own. */
async function commandLineOf(root: string, name: string): Promise<string> {
  const entry = path.join(root, "packages", name, "bin", `${name}.js`);
  const { stdout } = await run(process.execPath, [entry, "--help"]);
  const [commandLine = ""] = stdout.split("\nConfiguration keys");
  return commandLine.trimEnd();
}
