import type { ReferenceEntry } from "../../packages/runtime/src/config/reference.ts";

/** What the reference says about one tool. */
export interface ToolPage {
  /** Its section of the configuration file. */
  key: string;
  name: string;
  summary: string;
  entries: readonly ReferenceEntry[];
  help: string;
}

const origin = "<!-- Written by `npm run docs` from the schemas; not edited by hand. -->";

/** `docs/reference/README.md`. */
export function renderIndex(pages: readonly ToolPage[]): string {
  const rows = pages.map(({ key, name, summary }) => `| \`${key}\` | [${name}](${name}.md) | ${summary} |`);
  return `${origin}

# Reference

One file, one section per tool. Every key can also be set by a variable, \`OUTRIGGER_<SECTION>__<KEY>\`, and on the command line,
\`--set section.key=value\`. \`schemas/outrigger.schema.json\` is the same as JSON Schema.

| section | tool | what it does |
| --- | --- | --- |
${rows.join("\n")}
`;
}

/** One tool's page. */
export function renderTool({ key, name, entries, help }: ToolPage): string {
  const rows = entries.map(
    ({ path, expected, default: fallback, description }) =>
      `| \`${path}\` | ${cell(expected)} | ${fallback === undefined ? "" : `\`${cell(fallback)}\``} | ${cell(description)} |`,
  );
  return `${origin}

# ${name}

## Command line

\`\`\`
${help}
\`\`\`

## Keys of \`${key}\`

\`NAME\` stands for a name of your own, \`[]\` for the items of a list.

| key | what to write | default | meaning |
| --- | --- | --- | --- |
${rows.join("\n")}
`;
}

/** Text that cannot break out of a table's cell. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
