import { isScalar, type Pair, type ParsedNode } from "yaml";
import { type Additions, applyChanges, type Editor, type Path } from "../changes.ts";
import { canonical, type Layout, layoutOf } from "../layout.ts";
import { equal, type ListNode, type MapNode, type Node } from "../node.ts";
import { Splices } from "../splices.ts";
import { Brackets } from "./brackets.ts";
import { Counterparts } from "./counterpart.ts";
import { Geography } from "./geography.ts";
import type { YamlMap, YamlText } from "./parse.ts";
import { Rows } from "./rows.ts";
import { type ScalarStyle, styleOf } from "./scalar.ts";
import { Values } from "./values.ts";
import { isBlock, writeAfterKey, writeDocument, writeFlow, writeItem, writeKey } from "./write.ts";

/** The text of `document` with the differences to `merged` written into it; all other bytes are its own. */
export function editYaml(document: YamlText, merged: Node): string {
  const { text } = document.source;
  const editor = new YamlEditor(document);
  if (text.slice(document.source.start).trim() === "" && isBlock(merged)) {
    return text.slice(0, document.source.start) + writeDocument(merged, canonical);
  }
  editor.write(merged);
  return editor.splices.apply(text);
}

class YamlEditor implements Editor {
  readonly splices = new Splices();
  readonly #document: YamlText;
  readonly #text: string;
  readonly #layout: Layout;
  readonly #geography: Geography;
  readonly #rows: Rows;
  readonly #brackets: Brackets;
  readonly #values: Values;
  /** Written out because an anchor they depend on has changed; nothing inside them is edited any more. */
  readonly #settled = new Set<Node>();

  constructor(document: YamlText) {
    this.#document = document;
    this.#text = document.source.text;
    const { eol, unit } = layoutOf(this.#text);
    this.#layout = { eol, unit: unit.includes("\t") ? canonical.unit : unit };
    this.#geography = new Geography(document);
    this.#rows = new Rows(this.splices, this.#text, this.#layout, this.#geography);
    this.#brackets = new Brackets(this.splices, this.#text, this.#geography);
    this.#values = new Values(this.splices, document, this.#layout, this.#geography);
  }

  write(merged: Node): void {
    const { root } = this.#document;
    if (root.kind === "map" && !this.#document.ast.has(root)) {
      if (merged.kind === "map" && merged.entries.size === 0) return;
      // Only comments so far: the value goes behind them.
      const end = this.#text.length;
      const lead = this.#text.endsWith("\n") ? "" : this.#layout.eol;
      this.splices.add(end, end, lead + writeDocument(merged, this.#layout));
      return;
    }
    this.#detach(merged);
    applyChanges(root, merged, this);
  }

  /** An alias keeps its value when the text of its anchor changes: it is then written out. */
  #detach(merged: Node): void {
    const counterparts = new Counterparts(this.#document.root, merged);
    const done: Path[] = [];
    for (const { path, target, holder } of this.#document.uses.toSorted((a, b) => a.path.length - b.path.length)) {
      const anchored = this.#geography.pathOf(target);
      const anchor = anchored && counterparts.of(anchored);
      // Gone altogether is changed as well.
      if (anchored === undefined || (anchor !== undefined && equal(anchor, target))) continue;
      const next = counterparts.of(path);
      if (next === undefined || done.some((outer) => outer.every((step, index) => step === path[index]))) continue;
      done.push(path);
      this.#settled.add(holder);
      this.#overwrite(holder, next, path);
    }
  }

  editable(old: MapNode | ListNode, next: MapNode | ListNode): boolean {
    if (this.#document.foreign.has(old) || this.#settled.has(old)) return false;
    if (old.kind === "list" || next.kind === "list") return true;
    return (old as YamlMap).inherited.keys().every((key) => next.entries.has(key));
  }

  replace(old: Node, next: Node, path: Path): void {
    if (!this.#settled.has(old)) this.#overwrite(old, next, path);
  }

  #overwrite(old: Node, next: Node, path: Path): void {
    this.#geography.reveal(path);
    const key = path.at(-1);
    const heir = this.#geography.heirOf(old);
    if (heir !== undefined) {
      this.editMap(heir, new Set(), new Map([[String(key), next]]), path.slice(0, -1));
    } else this.#values.replace(old, next);
  }

  editMap(old: MapNode, removed: ReadonlySet<string>, added: ReadonlyMap<string, Node>, path: Path): void {
    this.#geography.reveal(path);
    const map = old as YamlMap;
    const kept = map.entries.size - removed.size;
    if (this.#geography.isFlow(map)) {
      this.#brackets.remove(
        map,
        [...map.pairs.keys()].map((key) => removed.has(key)),
      );
      const style = this.#keyStyle(map);
      const items = Array.from(added, ([key, value]) => `${writeKey(key, true, style)}: ${writeFlow(value)}`);
      this.#brackets.append(map, items, kept);
      return;
    }
    if (kept === 0 && added.size === 0) {
      this.#values.empty(map, "{}");
      return;
    }
    const rows = map.ast.items.map((pair) => pairStart(pair));
    const gone = [...this.#rowKeys(map)].map((key) => key !== undefined && removed.has(key));
    const indent = this.#geography.column(map.start);
    const style = this.#keyStyle(map);
    const lines = Array.from(
      added,
      ([key, value]) => `${writeKey(key, false, style)}:${writeAfterKey(value, indent, this.#layout)}`,
    );
    this.#rows.edit(map, rows, gone, lines, indent);
  }

  editList(old: ListNode, removed: ReadonlySet<number>, added: Additions, path: Path): void {
    this.#geography.reveal(path);
    const gone = [...old.items.keys()].map((index) => removed.has(index));
    const last = added.get(old.items.length) ?? [];
    const inner = added.entries().filter(([at]) => at < old.items.length);
    if (this.#geography.isFlow(old)) {
      for (const [at, nodes] of inner) this.#brackets.insert(old, at, nodes.map(flow));
      this.#brackets.remove(old, gone);
      this.#brackets.append(old, last.map(flow), old.items.length - removed.size);
    } else if (removed.size === old.items.length && last.length === 0) {
      this.#values.empty(old, "[]");
    } else {
      const indent = this.#geography.column(old.start);
      const lines = (nodes: readonly Node[]) => nodes.map((node) => `- ${writeItem(node, indent, this.#layout)}`);
      const dashes = this.#geography.dashes(old);
      for (const [at, nodes] of inner) this.#rows.insert(old, dashes, at, lines(nodes), indent);
      this.#rows.edit(old, dashes, gone, lines(last), indent);
    }
  }

  /** The key of each pair of the text, undefined for a merge key. */
  *#rowKeys(map: YamlMap): Generator<string | undefined> {
    const byPair = new Map<unknown, string>();
    for (const [key, pair] of map.pairs) byPair.set(pair, key);
    for (const pair of map.ast.items) yield byPair.get(pair);
  }

  #keyStyle(map: YamlMap): ScalarStyle {
    const last = [...map.pairs.values()].at(-1)?.key;
    return isScalar(last) ? styleOf(last.type) : "plain";
  }
}

const flow = (node: Node) => writeFlow(node);

function pairStart(pair: Pair<unknown, unknown>): number {
  return (pair.key as ParsedNode).range[0];
}
