// Images as files: what `save` writes, read without any container tool.
import path from "node:path";
import { engineOutput } from "./engine.ts";
import { readRange, readTar, type TarEntry } from "./tar.ts";

interface Layer {
  /** The sha256 of its content. */
  readonly digest: string;
  readonly bytes: number;
}

export interface SavedImage {
  readonly created: string;
  readonly config: {
    User: string;
    Env: string[];
    Entrypoint: string[];
    Cmd?: string[] | null;
    ExposedPorts?: Record<string, unknown>;
    Volumes?: unknown;
    Labels: Record<string, string>;
  };
  readonly layers: readonly Layer[];
  /** What a container sees, by path without the leading slash. */
  readonly files: ReadonlyMap<string, TarEntry>;
  read(file: string): Buffer;
}

/** Saves the images into one archive in `directory` and reads them. */
export function saveImages(names: readonly string[], directory: string): Map<string, SavedImage> {
  const archive = path.join(directory, "images.tar");
  engineOutput("save", "--quiet", "-m", "--format", "docker-archive", "--output", archive, ...names);
  const outer = new Map(readTar(archive).map((entry) => [entry.name, entry]));
  const contents = new Map<string, TarEntry[]>();

  const open = (name: string) => outer.get(name)!;
  const parse = (name: string) => JSON.parse(readRange(archive, open(name).start, open(name).size).toString("utf8"));
  const entriesOf = (layer: string) => {
    const { start, size } = open(layer);
    const entries = contents.get(layer) ?? readTar(archive, start, start + size);
    contents.set(layer, entries);
    return entries;
  };

  const manifest: { Config: string; RepoTags: string[]; Layers: string[] }[] = parse("manifest.json");
  const saved = names.map((name): [string, SavedImage] => {
    const entry = manifest.find(({ RepoTags }) => RepoTags.some((tag) => tag.includes(`${name}:`)))!;
    const { created, config, rootfs } = parse(entry.Config);
    const files = new Map(entry.Layers.flatMap(entriesOf).map((file) => [file.name, file]));
    const layers = entry.Layers.map((layer, index) => ({ digest: rootfs.diff_ids[index], bytes: open(layer).size }));
    const read = (file: string) => readRange(archive, files.get(file)!.start, files.get(file)!.size);
    return [name, { created, config, layers, files, read }];
  });
  return new Map(saved);
}
