import type { Format } from "../format.ts";
import { canonical } from "../layout.ts";
import { editJson } from "./edit.ts";
import { JsonText } from "./tree.ts";
import { writeJson } from "./write.ts";

const number = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/** JSON with comments, trailing commas and a byte order mark. */
export const json: Format = {
  name: "json",
  untyped: false,
  parse(source) {
    const document = new JsonText(source);
    return { root: document.root, edit: (merged) => editJson(document, merged) };
  },
  write: (root) => writeJson(root, { ...canonical, indent: "", inline: false, colon: ": " }, []) + canonical.eol,
  number: (text) => (number.test(text) ? text : undefined),
};
