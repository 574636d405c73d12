import type { Sheet } from "./sheet.ts";

/** Java properties: every separator, comments, escapes and continued lines. */
export function writeProperties(sheet: Sheet): void {
  for (const name of sheet.keys("a.b", 5)) {
    sheet.raw(sheet.pick(["", "", "\n", "# a.b0=1\n", "  ! c \\\n", "\t \n"]));
    sheet.raw(sheet.pick(["", "", "  "]) + name + sheet.pick(["=", ":", " ", " = ", "\t:  "]));
    sheet.value([name], sheet.pick(["x", "", "a=b:c", "\\u0041\\t", "1,\\\n   2", "é", "x y "]));
    sheet.raw("\n");
  }
}

/** Variables in a file: `export`, quotes, comments, values over several lines. */
export function writeDotenv(sheet: Sheet): void {
  for (const name of sheet.keys("V", 5)) {
    sheet.raw(sheet.pick(["", "", "\n", "# V0=1\n", "  # c\n"]));
    sheet.raw(sheet.pick(["", "", "export ", "  "]) + name + sheet.pick(["=", "=", " = "]));
    const value = sheet.pick(["x", "a#b", "'a b'", '"q\\"\\n"', "`t`", "'x\ny'", "''", "http://h/?a=b"]);
    sheet.value([name], value);
    sheet.raw(sheet.pick(["", "", " # note", "  "]));
    sheet.raw("\n");
  }
}

/** Sections of INI, with comments, indentation and quotes. */
export function writeIni(sheet: Sheet): void {
  const entries = (path: readonly string[]) => {
    for (const name of sheet.keys("k", 3)) {
      sheet.raw(sheet.pick(["", "", "\n", "; k0=1\n", "  # c\n"]));
      sheet.raw(sheet.pick(["", "", "  "]) + name + sheet.pick(["=", " = ", "=\t"]));
      sheet.value([...path, name], sheet.pick(["x", "C:\\new", '"a b"', "'c'", "a;b", "u?x=y;z=1", "é"]));
      sheet.raw(`${sheet.pick(["", "", "  "])}\n`);
    }
  };
  if (sheet.rarely(2)) entries([]);
  for (const [header, ...path] of [
    ["[s]", "s"],
    ["[a.b]", "a.b"],
    [" [ x:y ] ; c", "x", "y"],
  ]) {
    if (sheet.rarely()) continue;
    sheet.raw(`${header}\n`);
    entries(path);
  }
}
