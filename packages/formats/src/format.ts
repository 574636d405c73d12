import type { Node, Scalar } from "./node.ts";
import type { SourceText } from "./source-text.ts";

/** The formats that are read and written. */
export const formatNames = ["json", "yaml", "toml", "properties", "dotenv", "ini", "xml"] as const;
export type FormatName = (typeof formatNames)[number];

/** What separates the keys of nested values in formats whose keys are flat. */
export type Separator = "." | "__";

/** One parsed file. */
export interface ParsedText {
  readonly root: Node;
  /** The text with the differences to `merged` written into it. Throws a Problem for what the format cannot hold. */
  edit(merged: Node): string;
}

/** One configuration format. */
export interface Format {
  readonly name: FormatName;
  /** Values have no types of their own: they are text. */
  readonly untyped: boolean;
  /** The keys are flat; nested values have keys joined by this. */
  readonly separator?: Separator;
  /** Throws a Problem (exit status 4) with the position of the first mistake; it never quotes the text. */
  parse(source: SourceText): ParsedText;
  /** The canonical text of a tree. Throws a Problem for what the format cannot hold. */
  write(root: Node): string;
  /** The number to write for an untyped text, or undefined when the text is none in this format. */
  number(text: string, replaced: Scalar | undefined): string | undefined;
}

const extensions: Readonly<Record<string, FormatName>> = {
  ".json": "json",
  ".jsonc": "json",
  ".yaml": "yaml",
  ".yml": "yaml",
  ".toml": "toml",
  ".properties": "properties",
  ".env": "dotenv",
  ".ini": "ini",
  ".xml": "xml",
  ".config": "xml",
};

/** The format of a file by its name; undefined for those that are only copied. */
export function formatOf(path: string): FormatName | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot < 0 ? undefined : extensions[name.slice(dot).toLowerCase()];
}

/** Each format is loaded when a file needs it: a process pays for no other. */
const loaders: Readonly<Record<FormatName, () => Promise<Format>>> = {
  json: async () => (await import("./json/format.ts")).json,
  yaml: async () => (await import("./yaml/format.ts")).yaml,
  toml: async () => (await import("./toml/format.ts")).toml,
  properties: async () => (await import("./properties/format.ts")).properties,
  dotenv: async () => (await import("./dotenv/format.ts")).dotenv,
  ini: async () => (await import("./ini/format.ts")).ini,
  xml: async () => (await import("./xml/format.ts")).xml,
};

export function loadFormat(name: FormatName): Promise<Format> {
  return loaders[name]();
}
