/** What our programs render in tests is kept for parsers that others have written: those judge all of it together. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Names a directory for all expositions that tests see; without it none is kept. */
export const renderingsVariable = "TEST_RENDERINGS";

export type Format = "text" | "openmetrics";

/** Keeps an exposition as `HASH.FORMAT`, each only once, and returns it. */
export function keepRendering(format: Format, text: string): string {
  const directory = process.env[renderingsVariable];
  if (directory === undefined || directory === "") return text;
  const file = path.join(directory, `${createHash("sha1").update(text).digest("hex")}.${format}`);
  if (existsSync(file)) return text;
  mkdirSync(directory, { recursive: true });
  // Nobody may find half of it.
  writeFileSync(`${file}.${process.pid}`, text);
  renameSync(`${file}.${process.pid}`, file);
  return text;
}

/** Keeps some families that were rendered apart from an exposition, and returns them as they are. */
export function keepFamilies(format: Format, text: string): string {
  keepRendering(format, format === "text" || text.endsWith("# EOF\n") ? text : `${text}# EOF\n`);
  return text;
}

/** The format of an answer with this type of content; undefined when it is no exposition of ours. */
export function formatOf(contentType: string | undefined): Format | undefined {
  if (contentType === "text/plain; version=0.0.4; charset=utf-8") return "text";
  return contentType?.startsWith("application/openmetrics-text;") ? "openmetrics" : undefined;
}
