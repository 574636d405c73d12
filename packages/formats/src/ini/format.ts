import type { Format } from "../format.ts";
import { editIni } from "./edit.ts";
import { iniTree, parseIni } from "./parse.ts";
import { writeIni } from "./write.ts";

/** Sections of `key = value`; comments at the start of a line only. */
export const ini: Format = {
  name: "ini",
  untyped: true,
  parse(source) {
    const sections = parseIni(source);
    const root = iniTree(source, sections);
    return { root, edit: (merged) => editIni(source, sections, root, merged) };
  },
  write: writeIni,
  number: (text) => text,
};
