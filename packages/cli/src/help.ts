import { formatHelp } from "@outrigger/runtime/help";
import { type Command, helpFlag } from "./command.ts";
import { commands } from "./commands.ts";
import { tools } from "./sections.ts";

/** The text of `outrigger --help`. */
export function overview(): string {
  const own = commands.map(({ name, summary, usage }) => [name, { usage: `${name} ${usage}`, summary }] as const);
  const others = Object.values(tools).map(({ name, summary }) => [name, { usage: `${name} …`, summary }] as const);
  return formatHelp({
    tool: "outrigger",
    summary: "sidecars that make an application a good citizen of its platform, without touching it",
    usage: "COMMAND …",
    flags: [helpFlag, { name: "version", description: "print the version" }],
    commands: Object.fromEntries([...own, ...others]),
  });
}

/** The text of `outrigger NAME --help`. */
export function commandHelp({ name, summary, usage, flags }: Command): string {
  return formatHelp({ tool: `outrigger ${name}`, summary, usage, flags: [...flags, helpFlag] });
}
