import type { Origin } from "./origin.ts";

export type ScalarKind = "string" | "number" | "boolean" | "null" | "date";

/** What every node knows about itself. */
interface Place {
  readonly origin: Origin;
  /** Offset of the value in the text of its origin; 0 for origins without text. */
  readonly start: number;
  readonly end: number;
}

/**
 * A value without children. `text` is the decoded value: the characters of a string, the digits of a number as
 * they are to be written, `true`, `false`, `null`, or a date of TOML.
 */
export interface Scalar extends Place {
  readonly kind: ScalarKind;
  readonly text: string;
  /** A TOML float: it stays one, whatever digits replace it. */
  readonly float?: boolean;
  /** A tag that YAML cannot resolve, kept for writing YAML. */
  readonly tag?: string;
}

/** Keys in order. Keys are plain strings: a Map has no special names. */
export interface MapNode extends Place {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, Node>;
  /** The node of a source this one is an edited copy of. */
  readonly base?: MapNode;
  readonly tag?: string;
}

export interface ListNode extends Place {
  readonly kind: "list";
  readonly items: readonly Node[];
  readonly base?: ListNode;
  readonly tag?: string;
}

/** A value of a document: read-only, because a later step finds what changed by comparing with it. */
export type Node = Scalar | MapNode | ListNode;

export function scalar(kind: ScalarKind, text: string, origin: Origin, start = 0, end = start): Scalar {
  return { kind, text, origin, start, end };
}

export function isScalar(node: Node): node is Scalar {
  return node.kind !== "map" && node.kind !== "list";
}

/** The word for a node's type in messages. */
export function typeName(node: Node): string {
  return node.kind;
}

/** Whether two nodes hold the same value: kinds, texts and order of lists count, order of keys does not. */
export function equal(a: Node, b: Node): boolean {
  if (a === b) return true;
  if (a.kind === "map") {
    if (b.kind !== "map" || a.entries.size !== b.entries.size) return false;
    for (const [key, value] of a.entries) {
      const other = b.entries.get(key);
      if (other === undefined || !equal(value, other)) return false;
    }
    return true;
  }
  if (a.kind === "list") {
    if (b.kind !== "list" || a.items.length !== b.items.length) return false;
    return a.items.every((item, index) => equal(item, b.items[index] as Node));
  }
  return a.kind === b.kind && a.text === (b as Scalar).text;
}
