import { untypedText } from "@outrigger/formats/coerce";
import { loadFormat } from "@outrigger/formats/format";
import { isScalar, type Node, scalar } from "@outrigger/formats/node";
import { plainOrigin } from "@outrigger/formats/origin";
import { SourceText } from "@outrigger/formats/source-text";

const origin = plainOrigin("set");

/** A value of `set` that is not a string, or a part of one: it keeps its own type. */
function literal(value: unknown): Node {
  if (Array.isArray(value)) return { kind: "list", items: value.map(literal), origin, start: 0, end: 0 };
  if (typeof value === "object" && value !== null) {
    const entries = new Map(Object.entries(value).map(([key, item]) => [key, literal(item)]));
    return { kind: "map", entries, origin, start: 0, end: 0 };
  }
  if (value === null) return scalar("null", "null", origin);
  if (typeof value === "boolean") return scalar("boolean", String(value), origin);
  if (typeof value === "string") return scalar("string", value, origin);
  return scalar(
    "number",
    String(value)
      .replace(/^(-?)(?:Infinity)$/, "$1inf")
      .replace("NaN", "nan"),
    origin,
  );
}

/** The text of `{ value: TEXT }`, which is taken as it stands; undefined for any other literal. */
export function verbatim(value: unknown): Node | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const [[key, text] = [], ...others] = Object.entries(value);
  if (key !== "value" || typeof text !== "string" || others.length > 0) return undefined;
  return untypedText(text, plainOrigin("set", { untyped: true }));
}

/**
 * Numbers as the configuration file spells them: as JavaScript values they have lost digits beyond 2^53 and final
 * zeros. Parsed a second time only when a number occurs.
 */
export class Literals {
  readonly #file: string | undefined;
  readonly #text: string;
  #root: Node | undefined;

  constructor(file: string | undefined, text: string) {
    this.#file = file;
    this.#text = text;
  }

  /** The node for `value`, spelled as at `path` of the file when that is where it comes from. */
  async node(value: unknown, path: readonly string[]): Promise<Node> {
    const plain = literal(value);
    if (this.#file === undefined || !hasNumber(plain)) return plain;
    this.#root ??= (await loadFormat("yaml")).parse(new SourceText(this.#file, this.#text)).root;
    let written: Node | undefined = this.#root;
    for (const key of path) written = written?.kind === "map" ? written.entries.get(key) : undefined;
    return written === undefined ? plain : respell(plain, written);
  }
}

function hasNumber(node: Node): boolean {
  if (node.kind === "map") return node.entries.values().some(hasNumber);
  return node.kind === "list" ? node.items.some(hasNumber) : node.kind === "number";
}

/** `plain` with the spelling of each number that `written` holds at the same place. */
function respell(plain: Node, written: Node): Node {
  if (plain.kind === "map" && written.kind === "map") {
    const entries = plain.entries.entries().map(([key, value]): [string, Node] => {
      const other = written.entries.get(key);
      return [key, other === undefined ? value : respell(value, other)];
    });
    return { ...plain, entries: new Map(entries) };
  }
  if (plain.kind === "list" && written.kind === "list") {
    return { ...plain, items: plain.items.map((item, index) => respell(item, written.items[index] ?? item)) };
  }
  const same = isScalar(plain) && plain.kind === "number" && written.kind === "number";
  return same && Number(plain.text) === Number(written.text) ? { ...plain, text: written.text } : plain;
}
