import { loadFormat } from "@outrigger/formats/format";
import { Patch } from "@outrigger/formats/patch";
import { SourceText } from "@outrigger/formats/source-text";
import { decode, forgiving, readSource } from "./read.ts";
import type { PatchSpec } from "./spec.ts";
import type { Volumes } from "./volumes.ts";

/** The patch in a file; undefined when it is absent and may be. Throws Problems: exit status 3 or 4. */
export async function readPatch({ path, optional, format }: PatchSpec, volumes: Volumes): Promise<Patch | undefined> {
  const bytes = forgiving(optional, () => readSource(volumes.resolve(path), path));
  if (bytes === undefined) return undefined;
  const { parse } = await loadFormat(format);
  return Patch.of(parse(new SourceText(path, decode(bytes, path))).root);
}
