/** Keys and indices from the root of a document. */
export type JsonPath = readonly (string | number)[];

const STEP = /\.([^.[\]\s'"]+)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]/gy;

/** Reads `$.a.b[0]['c d']`; undefined when it is no such path. */
export function parseJsonPath(source: string): JsonPath | undefined {
  if (!source.startsWith("$")) return undefined;
  const path: (string | number)[] = [];
  let end = 1;
  for (const match of source.slice(1).matchAll(STEP)) {
    const [whole, name, index, single, double] = match;
    path.push(index === undefined ? (name ?? (single ?? double ?? "").replace(/\\(.)/g, "$1")) : Number(index));
    end += whole.length;
  }
  return end === source.length ? path : undefined;
}

/** The canonical spelling of a path. */
export function formatJsonPath(path: JsonPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return /^[\w-]+$/.test(step) ? `${text}.${step}` : `${text}['${step.replace(/['\\]/g, "\\$&")}']`;
  }, "$");
}

/** The value at a path; undefined when there is none. Only own properties are seen. */
export function valueAt(document: unknown, path: JsonPath): unknown {
  let value = document;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return undefined;
    if (Array.isArray(value) !== (typeof step === "number")) return undefined;
    if (!Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}
