import type { Sheet, Spot } from "./sheet.ts";

const scalars = [
  '"x"',
  '"a\\tb"',
  "'C:\\d'",
  '""',
  "12",
  "0x1F",
  "1_000",
  "1.50",
  "6e3",
  "true",
  "1979-05-27",
  "07:32:00",
];
const longStrings = ['"""\nx\ny"""', "'''\nx\ny'''", '"""x \\\n  y"""'];

/** TOML with every kind of table, array and string. */
export function writeToml(sheet: Sheet): void {
  const equals = sheet.pick([" = ", "=", "  =  "]);
  const comment = () => sheet.raw(`${sheet.pick(["", "", " # [x", "\t# k = 1"])}\n`);
  const key = (name: string) => sheet.pick([name, `"${name}"`, `'${name}'`]);

  const enclosed = (path: Spot["path"], depth: number) => {
    const isTable = sheet.rarely(2);
    const isLong = !isTable && sheet.rarely(2);
    sheet.raw(isTable ? "{ " : "[");
    for (const [index, name] of sheet.keys("i", 3).entries()) {
      if (index > 0) sheet.raw(isLong ? "," : ", ");
      if (isLong) sheet.raw(sheet.pick(["\n  ", " # c\n  "]));
      if (isTable) sheet.raw(`${name}${equals}`);
      inline([...path, isTable ? name : index], depth + 1);
    }
    sheet.raw(isTable ? " }" : isLong ? sheet.pick(["\n]", ",\n]"]) : "]");
  };
  const inline = (path: Spot["path"], depth: number) => {
    if (depth < 3 && sheet.rarely(4)) enclosed(path, depth);
    else sheet.value(path, sheet.pick(sheet.rarely(6) && depth === 0 ? longStrings : scalars));
  };
  const body = (path: Spot["path"], indent: string) => {
    for (const name of sheet.keys("k", 3)) {
      sheet.raw(sheet.pick(["", "", "\n", "# k0 = 2\n"]));
      const isDotted = sheet.rarely(4);
      sheet.raw(indent + key(name) + (isDotted ? `.${key("d")}` : "") + equals);
      inline(isDotted ? [...path, name, "d"] : [...path, name], 0);
      comment();
    }
  };

  if (sheet.rarely(2)) body([], "");
  for (const name of sheet.keys("t", 3)) {
    if (sheet.rarely()) {
      for (const index of sheet.keys("", 2).keys()) {
        sheet.raw(`[[${name}]]`);
        comment();
        body([name, index], "");
      }
      continue;
    }
    const isNested = sheet.rarely();
    sheet.raw(isNested ? `[${name}."a.b"]` : `[ ${name} ]`);
    comment();
    body(isNested ? [name, "a.b"] : [name], sheet.pick(["", "  "]));
  }
}
