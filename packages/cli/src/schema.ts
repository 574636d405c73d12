import { jsonSchema } from "@outrigger/runtime/json-schema";
import { print } from "@outrigger/runtime/output";
import type { Section } from "@outrigger/runtime/section";
import { tools } from "./sections.ts";

/** The JSON Schema of the whole configuration file, as committed in `schemas/outrigger.schema.json`. */
export async function schemaText(): Promise<string> {
  const sections: Section<never>[] = [];
  for (const { section } of Object.values(tools)) sections.push((await section()) as Section<never>);
  return `${JSON.stringify(jsonSchema(sections), undefined, 2)}\n`;
}

/** Prints it. Resolves with exit status 0. */
export async function printSchema(): Promise<number> {
  await print(await schemaText());
  return 0;
}
