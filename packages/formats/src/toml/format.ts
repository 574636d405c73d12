import type { Format } from "../format.ts";
import { editToml } from "./edit.ts";
import { parseToml } from "./parse.ts";
import { floatText, writeToml } from "./write.ts";

const integer =
  /^(?:[-+]?(?:0|[1-9](?:_?[0-9])*)|0x[0-9a-fA-F](?:_?[0-9a-fA-F])*|0o[0-7](?:_?[0-7])*|0b[01](?:_?[01])*)$/;
const float = /^[-+]?(?:inf|nan|(?:0|[1-9](?:_?[0-9])*)(?:\.[0-9](?:_?[0-9])*)?(?:[eE][-+]?[0-9](?:_?[0-9])*)?)$/;

/** TOML 1.1. */
export const toml: Format = {
  name: "toml",
  untyped: false,
  parse(source) {
    const document = parseToml(source);
    return { root: document.root, edit: (merged) => editToml(document, merged) };
  },
  write: writeToml,
  number(text, replaced) {
    if (integer.test(text)) return replaced?.float === true ? floatText(text) : text;
    // An integer stays one: TOML's readers tell the two types apart.
    const staysInteger = replaced !== undefined && replaced.float !== true && /^-?[0-9]+$/.test(replaced.text);
    return float.test(text) && !staysInteger ? text : undefined;
  },
};
