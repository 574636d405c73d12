import { type ListNode, type MapNode, type Node, type Scalar, scalar } from "../node.ts";
import type { SourceText } from "../source-text.ts";
import { type Attribute, type Element, scanXml } from "./scan.ts";
import { decodeAttribute, decodeText } from "./text.ts";

/** The key of an element's own text, where it has attributes or children as well. */
export const textKey = "#text";

/** The part of the document that a node stands for. */
export type Site =
  | { readonly kind: "element"; readonly element: Element }
  | { readonly kind: "attribute"; readonly attribute: Attribute; readonly element: Element }
  /** The text of an element that has attributes or children. */
  | { readonly kind: "text"; readonly element: Element }
  /** An entry of a .NET section: `<add key="…" value="…"/>`. */
  | { readonly kind: "entry"; readonly attribute: Attribute; readonly element: Element; readonly section: Element }
  | { readonly kind: "repeated"; readonly elements: readonly Element[] };

export interface XmlText {
  readonly source: SourceText;
  readonly root: Node;
  readonly sites: WeakMap<Node, Site>;
}

/** The attributes that hold key and value of the entries of a .NET section. */
export interface EntryNames {
  readonly key: string;
  readonly value: string;
}

const connectionStrings: EntryNames = { key: "name", value: "connectionString" };
const settings: EntryNames = { key: "key", value: "value" };

/** How entries of a section are written; undefined for an element that is no such section. */
export function entryNames(element: Element): EntryNames | undefined {
  if (element.name === "connectionStrings") return connectionStrings;
  if (element.name === "appSettings") return settings;
  return element.children.some((child) => isEntry(child, settings)) ? settings : undefined;
}

function isEntry(element: Element, names: EntryNames): boolean {
  const has = (name: string) => element.attributes.some((attribute) => attribute.name === name);
  return element.name === "add" && has(names.key) && has(names.value);
}

/** Parses a document into a tree in which attributes and child elements are the keys of their element. */
export function parseXml(source: SourceText): XmlText {
  const sites = new WeakMap<Node, Site>();
  const root = new Builder(source, sites).node(scanXml(source), true);
  return { source, root, sites };
}

class Builder {
  readonly #source: SourceText;
  readonly #sites: WeakMap<Node, Site>;

  constructor(source: SourceText, sites: WeakMap<Node, Site>) {
    this.#source = source;
    this.#sites = sites;
  }

  node(element: Element, isRoot = false): Node {
    const names = entryNames(element);
    const text = this.#text(element);
    const isMap =
      element.attributes.length + element.children.length > 0 || names !== undefined || (isRoot && text.trim() === "");
    if (isMap) return this.#map(element, names, text);
    return this.#at(scalar("string", text, this.#source, element.openEnd, element.closeStart), {
      kind: "element",
      element,
    });
  }

  #text(element: Element): string {
    const { text } = this.#source;
    let raw = "";
    let at = element.openEnd;
    for (const child of element.children) {
      raw += text.slice(at, child.start);
      at = child.end;
    }
    return decodeText(raw + text.slice(at, element.closeStart));
  }

  #map(element: Element, names: EntryNames | undefined, text: string): MapNode {
    const entries = new Map<string, Node>();
    for (const attribute of element.attributes) {
      entries.set(attribute.name, this.#attribute(attribute, { kind: "attribute", attribute, element }));
    }
    const groups = new Map<string, Element[]>();
    for (const child of element.children) {
      if (names !== undefined && isEntry(child, names)) this.#entry(child, names, entries, element);
      else {
        const group = groups.get(child.name);
        if (group === undefined) groups.set(child.name, [child]);
        else group.push(child);
      }
    }
    for (const [name, elements] of groups) {
      if (entries.has(name)) throw this.#ambiguous(elements[0] as Element);
      entries.set(name, this.#group(elements));
    }
    if (text.trim() !== "") {
      const node = scalar("string", text, this.#source, element.openEnd, element.closeStart);
      entries.set(textKey, this.#at(node, { kind: "text", element }));
    }
    const place = { origin: this.#source, start: element.start, end: element.end };
    return this.#at({ kind: "map", entries, ...place }, { kind: "element", element });
  }

  #entry(child: Element, names: EntryNames, entries: Map<string, Node>, section: Element): void {
    const find = (name: string) => child.attributes.find((attribute) => attribute.name === name) as Attribute;
    const key = this.#value(find(names.key));
    if (section.attributes.some(({ name }) => name === key)) throw this.#ambiguous(child);
    const attribute = find(names.value);
    entries.set(key, this.#attribute(attribute, { kind: "entry", attribute, element: child, section }));
  }

  #group(elements: readonly Element[]): Node {
    const [first] = elements as [Element];
    if (elements.length === 1) return this.node(first);
    const place = { origin: this.#source, start: first.start, end: (elements.at(-1) as Element).end };
    const list: ListNode = { kind: "list", items: elements.map((element) => this.node(element)), ...place };
    return this.#at(list, { kind: "repeated", elements });
  }

  #attribute(attribute: Attribute, site: Site): Scalar {
    const { valueStart, valueEnd } = attribute;
    return this.#at(scalar("string", this.#value(attribute), this.#source, valueStart, valueEnd), site);
  }

  #value({ valueStart, valueEnd }: Attribute): string {
    return decodeAttribute(this.#source.text.slice(valueStart, valueEnd));
  }

  #ambiguous(element: Element): Error {
    return this.#source.malformed(
      element.start,
      "the element has the name of an attribute of its parent",
      "rename one of the two",
    );
  }

  #at<N extends Node>(node: N, site: Site): N {
    this.#sites.set(node, site);
    return node;
  }
}
