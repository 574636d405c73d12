import { type Additions, applyChanges, type Editor, type Path } from "../changes.ts";
import { layoutOf, lineIndent } from "../layout.ts";
import { isScalar, type ListNode, type MapNode, type Node } from "../node.ts";
import { Splices } from "../splices.ts";
import type { Element } from "./scan.ts";
import { Escaper } from "./text.ts";
import { entryNames, type Site, textKey, type XmlText } from "./tree.ts";
import { valueText, writeElements, writeEntry, type XmlStyle } from "./write.ts";

/** The text of `document` with the differences to `merged` written into it; all other bytes are its own. */
export function editXml(document: XmlText, merged: Node): string {
  const editor = new XmlEditor(document);
  applyChanges(document.root, merged, editor);
  return editor.splices.apply(document.source.text);
}

class XmlEditor implements Editor {
  readonly splices = new Splices();
  readonly #text: string;
  readonly #style: XmlStyle;
  readonly #sites: WeakMap<Node, Site>;

  constructor({ source, sites }: XmlText) {
    this.#text = source.text;
    this.#sites = sites;
    const unit = /\n([ \t]+)</.exec(source.text)?.[1] ?? "  ";
    this.#style = { eol: layoutOf(source.text).eol, unit, escaper: new Escaper(source.text) };
  }

  editable(): boolean {
    return true;
  }

  replace(old: Node, next: Node, path: Path): void {
    // An empty element holds an empty text, map and list alike.
    if (isEmpty(old) && isEmpty(next)) return;
    const site = this.#sites.get(old) as Site;
    if (isScalar(old) && isScalar(next)) this.#replaceText(site, valueText(next, path), path);
    else if (site.kind === "element") this.#rewrite(site.element, next, path);
    else if (site.kind === "repeated") {
      const [first, ...rest] = site.elements as [Element, ...Element[]];
      this.#rewrite(first, next, path);
      for (const element of rest) this.#removeElement(element);
    } else {
      // An attribute or an entry cannot hold a map or a list: an element takes its place.
      this.#remove(old);
      const parent = site.kind === "entry" ? site.section : site.element;
      this.#append(parent, writeElements(String(path.at(-1)), next, this.#innerIndent(parent), this.#style, path));
    }
  }

  #replaceText(site: Site, text: string, path: Path): void {
    const { escaper } = this.#style;
    if (site.kind === "attribute" || site.kind === "entry") {
      const { valueStart, valueEnd, quote } = site.attribute;
      this.splices.add(valueStart, valueEnd, escaper.attribute(text, quote, path));
    } else if (site.kind !== "repeated") this.#setContent(site.element, escaper.text(text, path));
  }

  /** Replaces everything between the tags but child elements. */
  #setContent(element: Element, content: string): void {
    if (element.isSelfClosing) {
      this.splices.add(this.#tagEnd(element), element.end, `>${content}</${element.name}>`);
      return;
    }
    let at = element.openEnd;
    for (const [index, child] of element.children.entries()) {
      if (index === 0) this.splices.add(at, child.start, content);
      at = child.end;
    }
    if (element.children.length === 0) this.splices.add(element.openEnd, element.closeStart, content);
  }

  /** The offset of the `/>` or `>` of a start tag, white space before it included. */
  #tagEnd(element: Element): number {
    let end = element.openEnd - (element.isSelfClosing ? 2 : 1);
    while (/\s/.test(this.#text[end - 1] ?? "x")) end--;
    return end;
  }

  #rewrite(element: Element, next: Node, path: Path): void {
    const indent = lineIndent(this.#text, element.start);
    const lines = writeElements(element.name, next, indent, this.#style, path);
    this.splices.add(element.start, element.end, lines.join(this.#style.eol + indent));
  }

  editMap(old: MapNode, removed: ReadonlySet<string>, added: ReadonlyMap<string, Node>, path: Path): void {
    const { element } = this.#sites.get(old) as Site & { kind: "element" };
    const gone = new Set<Element>();
    for (const key of removed) for (const part of this.#remove(old.entries.get(key) as Node)) gone.add(part);
    const names = entryNames(element);
    const indent = this.#innerIndent(element);
    const lines: string[] = [];
    for (const [key, node] of added) {
      const at = [...path, key];
      if (key === textKey) this.#setContent(element, this.#style.escaper.text(valueText(node, at), at));
      else if (names !== undefined && isScalar(node)) {
        lines.push(writeEntry(names, key, valueText(node, at), this.#entryEnd(element), this.#style, at));
      } else lines.push(...writeElements(key, node, indent, this.#style, at));
    }
    this.#append(element, lines, gone);
  }

  editList(old: ListNode, removed: ReadonlySet<number>, added: Additions, path: Path): void {
    const { elements } = this.#sites.get(old) as Site & { kind: "repeated" };
    for (const index of removed) this.#removeElement(elements[index] as Element);
    const last = elements.at(-1) as Element;
    const { eol } = this.#style;
    for (const [at, items] of added) {
      const next = elements[at];
      const indent = lineIndent(this.#text, (next ?? last).start);
      const lines = items.flatMap((item) => writeElements(last.name, item, indent, this.#style, [...path, at]));
      if (next === undefined) this.splices.add(last.end, last.end, lines.map((line) => eol + indent + line).join(""));
      else this.splices.add(next.start, next.start, lines.map((line) => line + eol + indent).join(""));
    }
  }

  /** How the entries of a section end: `/>` or ` />`. */
  #entryEnd(element: Element): string {
    const sibling = element.children.findLast(({ name, isSelfClosing }) => name === "add" && isSelfClosing);
    return sibling === undefined ? " />" : this.#text.slice(this.#tagEnd(sibling), sibling.end);
  }

  #innerIndent(element: Element): string {
    const last = element.children.at(-1);
    const own = last && lineIndent(this.#text, last.start);
    return own ?? lineIndent(this.#text, element.start) + this.#style.unit;
  }

  /** Puts elements behind the last child that stays, each on a line of its own. */
  #append(element: Element, lines: readonly string[], gone: ReadonlySet<Element> = new Set()): void {
    const isEmptied = gone.size > 0 && gone.size === element.children.length;
    if (lines.length === 0) {
      // White space between tags that are gone would be read as a value.
      if (isEmptied && this.#isBlank(element)) this.#empty(element, "");
      return;
    }
    const { eol } = this.#style;
    const inner = this.#innerIndent(element);
    const text = lines.map((line) => eol + inner + line).join("");
    const outer = eol + lineIndent(this.#text, element.start);
    if (element.isSelfClosing) {
      this.splices.add(this.#tagEnd(element), element.end, `>${text}${outer}</${element.name}>`);
    } else if (isEmptied && this.#isBlank(element)) {
      this.#empty(element, text + outer);
    } else {
      const content = this.#text.slice(element.openEnd, element.closeStart);
      const lastKept = element.children.findLast((child) => !gone.has(child));
      const isLastGone = gone.has(element.children.at(-1) as Element);
      const at = isLastGone ? (lastKept?.end ?? element.openEnd) : element.openEnd + content.trimEnd().length;
      this.splices.add(at, at, /\n\s*$/.test(content) ? text : text + outer);
    }
  }

  /** Whether there is nothing but elements and white space between the tags. */
  #isBlank(element: Element): boolean {
    let at = element.openEnd;
    for (const { start, end } of [...element.children, { start: element.closeStart, end: 0 }]) {
      if (this.#text.slice(at, start).trim() !== "") return false;
      at = end;
    }
    return true;
  }

  /** Replaces what is left between the tags of an element whose children are removed one by one. */
  #empty(element: Element, text: string): void {
    this.splices.drop(element.openEnd, element.closeStart);
    this.splices.add(element.openEnd, element.closeStart, text);
  }

  /** Removes what a node stands for. Returns the child elements that are gone. */
  #remove(node: Node): readonly Element[] {
    const site = this.#sites.get(node) as Site;
    if (site.kind === "attribute") {
      this.splices.add(site.attribute.start, site.attribute.valueEnd + 1, "");
      return [];
    }
    if (site.kind === "text") {
      this.#setContent(site.element, "");
      return [];
    }
    const elements = site.kind === "repeated" ? site.elements : [site.element];
    for (const element of elements) this.#removeElement(element);
    return elements;
  }

  /** Removes an element, with its line when nothing else is on it. */
  #removeElement(element: Element): void {
    const indent = lineIndent(this.#text, element.start);
    const lineStart = element.start - indent.length;
    const isFirst = lineStart === 0 || this.#text[lineStart - 1] === "\n";
    const rest = /[ \t]*\r?\n/y;
    rest.lastIndex = element.end;
    if (isFirst && rest.test(this.#text)) this.splices.add(lineStart, rest.lastIndex, "");
    else this.splices.add(element.start, element.end, "");
  }
}

function isEmpty(node: Node): boolean {
  if (node.kind === "map") return node.entries.size === 0;
  return node.kind === "list" ? node.items.length === 0 : node.kind === "string" && node.text === "";
}
