import type { Sheet, Spot } from "./sheet.ts";

const texts = ["x", "a &amp; b", "&#65;", "1 > 0", "é", " padded "];

/** XML with attributes, repeated elements, CDATA, comments and the sections of .NET. */
export function writeXml(sheet: Sheet): void {
  const unit = sheet.pick(["  ", "\t", ""]);
  const line = (depth: number) => sheet.raw(`\n${unit.repeat(depth)}`);
  const attribute = (path: Spot["path"], name: string) => {
    const quote = sheet.pick(['"', "'"]);
    sheet.raw(`${sheet.pick([" ", "\n "])}${name}${sheet.pick(["=", " = "])}${quote}`);
    sheet.value([...path, name], sheet.pick(["x", "", "&lt;a&gt;", "a b"]));
    sheet.raw(quote);
  };
  const element = (path: Spot["path"], name: string, depth: number) => {
    line(depth);
    if (sheet.rarely(4)) {
      sheet.raw("<!-- <k0>1</k0> -->");
      line(depth);
    }
    sheet.raw(`<${name}`);
    const inner = [...path, name];
    const isMap = depth < 4 && sheet.rarely(2);
    if (isMap) for (const key of sheet.keys("a", 2)) attribute(inner, key);
    if (!isMap) {
      sheet.raw(">");
      sheet.value(inner, sheet.pick([...texts, "<![CDATA[a<b]]>"]));
      sheet.raw(`</${name} >`);
    } else if (sheet.rarely()) sheet.raw(sheet.pick(["/>", " />"]));
    else {
      sheet.raw(">");
      for (const key of sheet.keys("k", 3)) element(inner, key, depth + 1);
      line(depth);
      sheet.raw(`</${name}>`);
    }
  };

  if (sheet.rarely(2)) sheet.raw('<?xml version="1.0" encoding="utf-8"?>\n');
  sheet.raw("<configuration>");
  for (const key of sheet.keys("k", 3)) element([], key, 1);
  line(1);
  sheet.raw("<appSettings>");
  for (const key of sheet.keys("s", 3)) {
    line(2);
    sheet.raw(`<add key="${key}" value="`);
    sheet.value(["appSettings", key], sheet.pick(["x", "", "a &amp; b"]));
    sheet.raw(sheet.pick(['"/>', '" />', '" other="1"></add>']));
  }
  line(1);
  sheet.raw("</appSettings>\n</configuration>\n");
}
