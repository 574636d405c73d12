import { applyChanges, type Editor, type Path } from "../changes.ts";
import { insertLines, removeLine, scalarText } from "../flat/lines.ts";
import { layoutOf } from "../layout.ts";
import { isScalar, type MapNode, type Node } from "../node.ts";
import type { SourceText } from "../source-text.ts";
import { Splices } from "../splices.ts";
import type { Section } from "./parse.ts";
import { formatName, header, sectionLines, writeEntry, writeValue } from "./write.ts";

/** The text of an INI file with the differences to `merged` written into it. */
export function editIni(source: SourceText, sections: readonly Section[], base: MapNode, merged: Node): string {
  const editor = new IniEditor(source, sections);
  applyChanges(base, merged, editor);
  return editor.apply();
}

class IniEditor implements Editor {
  readonly #splices = new Splices();
  readonly #source: SourceText;
  readonly #sections: readonly Section[];
  /** New sections, which go to the end. */
  readonly #appended: string[][] = [];

  constructor(source: SourceText, sections: readonly Section[]) {
    this.#source = source;
    this.#sections = sections;
  }

  apply(): string {
    const text = this.#splices.apply(this.#source.text);
    if (this.#appended.length === 0) return text;
    const { eol } = layoutOf(this.#source.text);
    const blocks = this.#appended.map((lines) => lines.join(eol));
    const before = text.slice(this.#source.start).trim() === "" ? text : text + (text.endsWith("\n") ? eol : eol + eol);
    return before + blocks.join(eol + eol) + eol;
  }

  editable(): boolean {
    return true;
  }

  replace(old: Node, next: Node, path: Path): void {
    if (isScalar(old) && isScalar(next)) {
      const text = scalarText(next, path, formatName);
      if (text !== old.text)
        this.#splices.add(old.start, old.end, writeValue(text, this.#source.text.slice(old.start, old.end), path));
      return;
    }
    // A key becomes a section, or a section a key.
    const parent = path.slice(0, -1);
    this.#remove(parent, String(path.at(-1)));
    this.#add(parent, String(path.at(-1)), next);
  }

  editList(): void {
    throw new Error("an INI file has no lists");
  }

  editMap(_old: MapNode, removed: ReadonlySet<string>, added: ReadonlyMap<string, Node>, path: Path): void {
    for (const key of removed) this.#remove(path, key);
    for (const [key, node] of added) this.#add(path, key, node);
  }

  #remove(path: Path, key: string): void {
    const inner = [...path, key];
    for (const [index, section] of this.#sections.entries()) {
      if (startsWith(section.path, inner)) this.#removeSection(index);
      else if (same(section.path, path)) {
        for (const entry of section.entries) {
          if (entry.key === key) removeLine(this.#splices, this.#source.text, entry);
        }
      }
    }
  }

  /** From the header to the next one. */
  #removeSection(index: number): void {
    const { text } = this.#source;
    const start = text.lastIndexOf("\n", (this.#sections[index] as Section).start - 1) + 1;
    const next = this.#sections[index + 1];
    const end = next === undefined ? text.length : text.lastIndexOf("\n", next.start - 1) + 1;
    this.#splices.add(Math.max(start, this.#source.start), end, "");
  }

  #add(path: Path, key: string, node: Node): void {
    if (node.kind === "map") {
      this.#appended.push(...sectionLines(node, [...path, key]));
      return;
    }
    const section = this.#sections.findLast((candidate) => same(candidate.path, path));
    const text = scalarText(node, [...path, key], formatName);
    if (section === undefined) {
      this.#appended.push([header(path), writeEntry(key, text, undefined, [...path, key])]);
      return;
    }
    const last = section.entries.at(-1);
    const line = writeEntry(key, text, last?.separator ?? this.#separator(), [...path, key]);
    if (last === undefined && section.path.length === 0) {
      const { eol } = layoutOf(this.#source.text);
      this.#splices.add(this.#source.start, this.#source.start, line + eol);
    } else insertLines(this.#splices, this.#source, last?.end ?? section.end, [line]);
  }

  #separator(): string | undefined {
    return this.#sections.find(({ entries }) => entries.length > 0)?.entries[0]?.separator;
  }
}

function same(a: readonly (string | number)[], b: Path): boolean {
  return a.length === b.length && startsWith(a, b);
}

function startsWith(path: readonly (string | number)[], prefix: Path): boolean {
  return prefix.every((key, index) => path[index] === key);
}
