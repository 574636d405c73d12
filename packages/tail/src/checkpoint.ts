import type { TrackedGeneration } from "./generation.ts";
import type { FileStat, Prefix } from "./identity.ts";
import type { Registry } from "./registry.ts";
import type { Checkpoint, CheckpointEntry } from "./types.ts";

/**
 * The state of everything that is known, as far as the consumer has dealt with it.
 * @param scannedAt when the last scan began, in milliseconds since the epoch: what is younger is not known
 */
export function takeCheckpoint(registry: Registry, scannedAt: number): Checkpoint {
  const entries: CheckpointEntry[] = [];
  for (const generation of registry.all()) entries.push(entryOf(generation));
  for (const { path, stat, prefix } of registry.copies()) {
    entries.push({
      ...identityOf(stat, prefix),
      path,
      file: path,
      name: "",
      kind: "copy",
      offset: 0,
      marker: "",
      flushed: false,
    });
  }
  return { version: 1, savedAt: scannedAt, entries };
}

function entryOf(generation: TrackedGeneration): CheckpointEntry {
  const { stat, prefix, path, file, name, committed } = generation;
  return {
    ...identityOf(stat, prefix),
    path: path ?? file,
    file,
    name,
    kind: "read",
    offset: committed.offset,
    marker: committed.marker.toString("base64"),
    flushed: committed.flushed,
  };
}

function identityOf(stat: FileStat, prefix: Prefix) {
  return {
    device: stat.device,
    inode: stat.inode,
    born: String(stat.born),
    prefixLength: prefix.length,
    prefixHash: prefix.hash,
  };
}
