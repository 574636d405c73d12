import type { Path } from "../changes.ts";
import { formatPath } from "../path.ts";
import { Problem } from "../problem.ts";

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** The characters that text with references stands for (XML 1.0, sections 2.11 and 4.6). */
export function decodeText(raw: string): string {
  return raw
    .replace(/\r\n?/g, "\n")
    .replace(
      /<!\[CDATA\[([\s\S]*?)\]\]>|<!--[\s\S]*?-->|<\?[\s\S]*?\?>|&([^;]+);/g,
      (_, cdata?: string, name?: string) => (name === undefined ? (cdata ?? "") : decodeReference(name)),
    );
}

/** An attribute's value: line breaks and tabs that are no references become spaces (section 3.3.3). */
export function decodeAttribute(raw: string): string {
  return raw.replace(/\r\n|[\r\n\t]/g, " ").replace(/&([^;]+);/g, (_, name: string) => decodeReference(name));
}

function decodeReference(name: string): string {
  if (!name.startsWith("#")) return entities[name] ?? "";
  const code = name[1] === "x" ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
  return String.fromCodePoint(code);
}

/** Escapes values for one document: outside UTF-8, everything beyond ASCII becomes a reference. */
export class Escaper {
  readonly #isUtf8: boolean;

  constructor(document: string) {
    const declared = /^\ufeff?<\?xml[^>]*?encoding\s*=\s*["']([^"']+)/.exec(document)?.[1];
    this.#isUtf8 = declared === undefined || /^utf-?8$/i.test(declared);
  }

  text(value: string, path: Path): string {
    return this.#escape(value, /[&<>\r]/g, path);
  }

  attribute(value: string, quote: string, path: Path): string {
    return this.#escape(value, quote === '"' ? /[&<"\r\n\t]/g : /[&<'\r\n\t]/g, path);
  }

  #escape(value: string, special: RegExp, path: Path): string {
    if (/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(value)) {
      throw new Problem("merge", `${formatPath(path)} has a character that XML cannot hold`, { hint: "remove it" });
    }
    const escaped = value.replace(special, (character) => named[character] ?? `&#${character.charCodeAt(0)};`);
    return this.#isUtf8 ? escaped : escaped.replace(/[^\x00-\x7f]/gu, (character) => `&#${character.codePointAt(0)};`);
  }
}

const named: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};
