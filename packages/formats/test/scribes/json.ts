import type { Sheet, Spot } from "./sheet.ts";

const scalars = [
  '"x"',
  '""',
  '"a\\"b"',
  '"\\u0041é"',
  "12",
  "-0",
  "1.10",
  "1e3",
  "12345678901234567890",
  "true",
  "false",
];

/** JSON in any layout; with `comments`, also what only JSONC allows: comments and trailing commas. */
export function writeJson(sheet: Sheet, comments: boolean): void {
  const unit = sheet.pick(["  ", "    ", "\t", undefined]);
  const colon = sheet.pick([": ", ":", " : "]);
  const note = () => {
    if (comments && sheet.rarely())
      sheet.raw(unit === undefined ? "/* a: 1, */" : sheet.pick([" // [x\n", " /* { */"]));
  };

  const children = (path: Spot["path"], depth: number, isMap: boolean) => {
    const names = sheet.keys("k", 3);
    const line = (inner: number) => sheet.raw(unit === undefined ? "" : `\n${unit.repeat(inner)}`);
    sheet.raw(isMap ? "{" : "[");
    for (const [index, name] of names.entries()) {
      note();
      line(depth + 1);
      if (isMap) sheet.raw(`"${name}"${colon}`);
      value([...path, isMap ? name : index], depth + 1);
      if (index < names.length - 1 || (comments && sheet.rarely())) sheet.raw(",");
    }
    note();
    line(depth);
    sheet.raw(isMap ? "}" : "]");
  };
  const value = (path: Spot["path"], depth: number) => {
    if (depth > 3 || sheet.rarely(2)) sheet.value(path, sheet.pick(scalars));
    else children(path, depth, sheet.rarely(2));
  };

  if (comments) sheet.raw("// head\n");
  children([], 0, true);
  if (sheet.rarely(2)) sheet.raw("\n");
}
