import type { Sheet, Spot } from "./sheet.ts";

const scalars = ["x", "a b", "'it''s'", '"a\\tb"', '""', "'no'", "12", "1.50", "0x1F", "true", "http://h:1/p"];
const flowScalars = ["x", "'y'", '"z"', "12", "false"];

/** YAML in block and flow style, with comments, quotes and block scalars. */
export function writeYaml(sheet: Sheet): void {
  const unit = sheet.pick(["  ", "    ", " "]);
  const comment = () => sheet.raw(sheet.pick(["", "", " # note: 'x'", "\t# tab"]));
  const blank = () => sheet.raw(sheet.pick(["", "", "\n", "# a: 1\n"]));

  const scalar = (path: Spot["path"], indent: string) => {
    if (!sheet.rarely(5)) {
      sheet.value(path, sheet.pick(scalars));
      comment();
      sheet.raw("\n");
      return;
    }
    const inner = `${indent}${unit}`;
    sheet.value(path, `${sheet.pick(["|", "|-", ">", ">-"])}\n${inner}text\n${inner}more\n`);
  };
  const flow = (path: Spot["path"], depth: number) => {
    const isMap = sheet.rarely(2);
    const gap = sheet.pick(["", " "]);
    sheet.raw((isMap ? "{" : "[") + gap);
    for (const [index, name] of sheet.keys("f", 3).entries()) {
      if (index > 0) sheet.raw(sheet.pick([", ", ",", " , "]));
      if (isMap) sheet.raw(`${name}: `);
      const inner = [...path, isMap ? name : index];
      if (depth < 2 && sheet.rarely(4)) flow(inner, depth + 1);
      else sheet.value(inner, sheet.pick(flowScalars));
    }
    sheet.raw(gap + (isMap ? "}" : "]"));
  };
  /** What stands behind a colon or a dash. */
  const value = (path: Spot["path"], indent: string, depth: number) => {
    const kind = depth > 3 || sheet.rarely(2) ? "scalar" : sheet.pick(["map", "list", "flow"]);
    if (kind === "scalar") {
      sheet.raw(" ");
      scalar(path, indent);
    } else if (kind === "flow") {
      sheet.raw(" ");
      flow(path, 0);
      comment();
      sheet.raw("\n");
    } else {
      comment();
      sheet.raw("\n");
      if (kind === "map") map(path, indent + unit, depth + 1);
      else list(path, indent + sheet.pick(["", unit]), depth + 1);
    }
  };
  const map = (path: Spot["path"], indent: string, depth: number) => {
    for (const name of sheet.keys("k", 3)) {
      blank();
      sheet.raw(`${indent}${sheet.pick([name, `"${name}"`, `'${name}'`])}:`);
      value([...path, name], indent, depth);
    }
  };
  const list = (path: Spot["path"], indent: string, depth: number) => {
    for (const index of sheet.keys("", 3).keys()) {
      blank();
      sheet.raw(`${indent}-`);
      if (depth < 3 && sheet.rarely(4)) {
        sheet.raw(" k0:");
        value([...path, index, "k0"], `${indent}  `, depth + 1);
      } else {
        sheet.raw(" ");
        scalar([...path, index], indent);
      }
    }
  };

  if (sheet.rarely()) sheet.raw("---\n");
  map([], "", 0);
}
