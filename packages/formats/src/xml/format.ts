import type { Format } from "../format.ts";
import { canonical } from "../layout.ts";
import { editXml } from "./edit.ts";
import { Escaper } from "./text.ts";
import { parseXml } from "./tree.ts";
import { writeElements } from "./write.ts";

/** The root of a document that has no XML source to take one from. */
const rootName = "configuration";

/** XML: attributes and child elements are keys, the root's name is no part of a path. */
export const xml: Format = {
  name: "xml",
  untyped: true,
  parse(source) {
    const document = parseXml(source);
    return { root: document.root, edit: (merged) => editXml(document, merged) };
  },
  write(root) {
    const style = { ...canonical, escaper: new Escaper("") };
    return `<?xml version="1.0" encoding="utf-8"?>\n${writeElements(rootName, root, "", style, []).join("\n")}\n`;
  },
  number: (text) => text,
};
