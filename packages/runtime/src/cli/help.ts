import type { ReferenceEntry } from "../config/reference.ts";
import type { Flag } from "./options.ts";

export interface HelpContent {
  tool: string;
  summary: string;
  /** What follows the tool's name. */
  usage: string;
  flags: readonly Flag[];
  commands?: Readonly<Record<string, { usage: string; summary: string }>>;
  keys?: readonly ReferenceEntry[];
}

/** The text of `--help`. */
export function formatHelp({ tool, summary, usage, flags, commands = {}, keys = [] }: HelpContent): string {
  const sections = [
    `${tool}: ${summary}`,
    [
      "Usage:",
      ...[usage, ...Object.values(commands).map((command) => command.usage)].map((line) =>
        `  ${tool} ${line}`.trimEnd(),
      ),
    ].join("\n"),
  ];
  const commandRows = Object.entries(commands).map(([name, command]): Row => [name, command.summary]);
  if (commandRows.length > 0) sections.push(table("Commands:", commandRows));
  sections.push(table("Options:", flags.map(flagRow)));
  if (keys.length > 0)
    sections.push(table("Configuration keys (file, OUTRIGGER_… variables, --set):", keys.map(keyRow)));
  return `${sections.join("\n\n")}\n`;
}

type Row = [left: string, right: string];

function flagRow({ name, short, metavar, description }: Flag): Row {
  const letter = short ? `-${short}, ` : "";
  return [`${letter}--${name}${metavar ? ` ${metavar}` : ""}`, description];
}

function keyRow({ path, description, default: fallback }: ReferenceEntry): Row {
  return [path, fallback === undefined ? description : `${description} (default ${fallback})`];
}

function table(title: string, rows: readonly Row[]): string {
  const width = Math.min(36, Math.max(...rows.map(([left]) => left.length)));
  const lines = rows.map(([left, right]) =>
    left.length > width ? `  ${left}\n  ${" ".repeat(width)}  ${right}` : `  ${left.padEnd(width)}  ${right}`,
  );
  return [title, ...lines].join("\n");
}
