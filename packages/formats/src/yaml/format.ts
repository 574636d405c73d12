import type { Format } from "../format.ts";
import { canonical } from "../layout.ts";
import { editYaml } from "./edit.ts";
import { parseYaml } from "./parse.ts";
import { writeDocument } from "./write.ts";

const number = /^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)$/;
const special = /^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/;

/** YAML 1.2, core schema, one document, with merge keys. */
export const yaml: Format = {
  name: "yaml",
  untyped: false,
  parse(source) {
    const document = parseYaml(source);
    return { root: document.root, edit: (merged) => editYaml(document, merged) };
  },
  write: (root) => writeDocument(root, canonical),
  number: (text) => (number.test(text) || special.test(text) ? text : undefined),
};
