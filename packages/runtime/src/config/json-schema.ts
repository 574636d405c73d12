import * as z from "zod/mini";
import { metaOf } from "./meta.ts";
import { SECTION_KEYS, type Section } from "./section.ts";

type JsonObject = Record<string, unknown>;

/** The JSON Schema (draft 2020-12) of the whole configuration file, made of the sections given. */
export function jsonSchema(sections: readonly Section<never>[]): JsonObject {
  const properties: JsonObject = {};
  for (const key of SECTION_KEYS) {
    const section = sections.find((candidate) => candidate.key === key);
    if (section) properties[key] = sectionSchema(section);
  }
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Outrigger configuration",
    description: "How one application becomes a good citizen of its platform: one section per tool.",
    type: "object",
    properties,
    additionalProperties: false,
  };
}

function sectionSchema(section: Section<never>): JsonObject {
  const { $schema, ...schema } = z.toJSONSchema(section.schema, {
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      const description = metaOf(zodSchema)?.description;
      if (description) jsonSchema.description = description;
    },
  }) as JsonObject;
  return schema;
}
