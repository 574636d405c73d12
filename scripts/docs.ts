// Writes what follows from the schemas: schemas/outrigger.schema.json and docs/reference. Usage: node scripts/docs.ts
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { generatedFiles } from "./docs/generated.ts";

const root = path.dirname(import.meta.dirname);
for (const [file, text] of await generatedFiles(root)) {
  mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
  process.stdout.write(`${file}\n`);
}
