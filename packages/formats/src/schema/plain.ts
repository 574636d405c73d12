import type { Node } from "../node.ts";

/** A tree as the plain data that a JSON Schema validator works on. Keys like `__proto__` are own properties. */
export function plainValue(node: Node): unknown {
  switch (node.kind) {
    case "map":
      return plainObject(node.entries);
    case "list":
      return node.items.map(plainValue);
    case "number":
      return Number(node.text.replace("inf", "Infinity").replace("nan", "NaN"));
    case "boolean":
      return node.text === "true";
    case "null":
      return null;
    default:
      return node.text;
  }
}

function plainObject(entries: ReadonlyMap<string, Node>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of entries) {
    Object.defineProperty(result, key, {
      value: plainValue(value),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return result;
}
