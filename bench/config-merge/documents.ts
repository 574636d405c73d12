/** Generated sources of a given size; the value to change, `Application.Environment`, is the last one. */

const wordy = "zzzzzzzzzz";

const writers = {
  json: {
    item: (id: number) =>
      ` { "id": ${id}, "name": "item ${id}", "enabled": true, "price": 1.50,\n   "tags": ["a", "b"], "nested": { "x": ${id}, "y": "${wordy}" } },\n`,
    document: (items: string) => `{ "items": [\n${items} {}],\n "Application": { "Environment": "DEV" } }\n`,
  },
  yaml: {
    item: (id: number) =>
      `- id: ${id}\n  name: item ${id}\n  enabled: true\n  tags:\n  - a\n  - b\n  nested:\n    x: ${id}\n    y: "${wordy}"\n`,
    document: (items: string) => `items:\n${items}Application:\n  Environment: DEV\n`,
  },
  toml: {
    item: (id: number) =>
      `[[items]]\nid = ${id}\nname = "item ${id}"\ntags = ["a", "b"]\nnested = { x = ${id}, y = "${wordy}" }\n\n`,
    document: (items: string) => `${items}[Application]\nEnvironment = "DEV"\n`,
  },
  ini: {
    item: (id: number) => `[item${id}]\nid = ${id}\nname = item ${id}\nnested = ${wordy}\n\n`,
    document: (items: string) => `${items}[Application]\nEnvironment = DEV\n`,
  },
  properties: {
    item: (id: number) => `items.item${id}.id = ${id}\nitems.item${id}.name = item ${id}\n`,
    document: (items: string) => `${items}Application.Environment = DEV\n`,
  },
  env: {
    item: (id: number) => `ITEM_${id}__ID=${id}\nITEM_${id}__NAME='item ${id}'\n`,
    document: (items: string) => `${items}Application__Environment=DEV\n`,
  },
  xml: {
    item: (id: number) => `  <item id="${id}"><name>item ${id}</name><nested x="${id}">${wordy}</nested></item>\n`,
    document: (items: string) => `<configuration>\n${items}  <Application Environment="DEV" />\n</configuration>\n`,
  },
};

/** File extensions of the formats. */
export type Extension = keyof typeof writers;
export const extensions = Object.keys(writers) as Extension[];

/** A document of about `bytes`. */
export function largeDocument(extension: Extension, bytes: number): string {
  const { item, document } = writers[extension];
  let items = "";
  for (let id = 0; items.length < bytes; id++) items += item(id);
  return document(items);
}
