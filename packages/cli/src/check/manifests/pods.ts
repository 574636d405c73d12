import type { Path } from "@outrigger/runtime/problem";

interface VolumeMount {
  name: string | undefined;
  mountPath: string | undefined;
  readOnly: boolean;
}

/** What matters of a container; whatever has another type than it should is left out. */
export interface Container {
  name: string | undefined;
  image: string | undefined;
  /** Command and arguments. */
  words: readonly string[];
  volumeMounts: readonly VolumeMount[];
}

/** A container and where it stands in its document. */
export interface PlacedContainer {
  path: Path;
  container: Container;
  init: boolean;
}

/** What runs as one pod, whatever kind of object asks for it. */
export interface Pod {
  /** `Deployment/web`. */
  workload: string;
  containers: readonly PlacedContainer[];
  /** Names of volumes that a mount may name. */
  volumes: ReadonlySet<string>;
  /** The annotations of the workload and of its pods, by path. */
  annotations: readonly { path: Path; names: readonly string[] }[];
}

type Mapping = Record<string, unknown>;

/** Where each kind keeps its pod: in itself, in a template, or in the template of a template. */
const places: readonly Path[] = [[], ["spec", "template"], ["spec", "jobTemplate", "spec", "template"], ["template"]];

/** The pods of a document; those of a List's items too. */
export function podsOf(value: unknown, path: Path = []): Pod[] {
  if (!isMapping(value)) return [];
  if (Array.isArray(value.items) && String(value.kind ?? "").endsWith("List")) {
    return value.items.flatMap((item, index) => podsOf(item, [...path, "items", index]));
  }
  return places.flatMap((place) => {
    const template = at(value, place);
    const spec = at(template, ["spec"]);
    if (!isMapping(spec) || !Array.isArray(spec.containers)) return [];
    return [podOf(value, path, place, spec)];
  });
}

function podOf(workload: Mapping, path: Path, place: Path, spec: Mapping): Pod {
  const root = [...path, ...place];
  const claims = at(workload, ["spec", "volumeClaimTemplates"]);
  const volumes = [
    ...mappings(spec.volumes).map((volume) => volume.name),
    ...mappings(claims).map((claim) => at(claim, ["metadata", "name"])),
  ];
  return {
    workload: `${workload.kind ?? "object"}/${at(workload, ["metadata", "name"]) ?? "without a name"}`,
    containers: (["initContainers", "containers"] as const).flatMap((key) =>
      mappings(spec[key]).map((container, index) => ({
        path: [...root, "spec", key, index],
        container: containerOf(container),
        init: key === "initContainers",
      })),
    ),
    volumes: new Set(volumes.map(String)),
    annotations: [path, ...(place.length > 0 ? [root] : [])].map((holder) => {
      const annotations = at(workload, [...holder.slice(path.length), "metadata", "annotations"]);
      return {
        path: [...holder, "metadata", "annotations"],
        names: isMapping(annotations) ? Object.keys(annotations) : [],
      };
    }),
  };
}

function containerOf({ name, image, command, args, volumeMounts }: Mapping): Container {
  const words = [command, args].flatMap((list) => (Array.isArray(list) ? list.map(String) : []));
  const mounts = mappings(volumeMounts).map((mount) => ({
    name: textOf(mount.name),
    mountPath: textOf(mount.mountPath),
    readOnly: mount.readOnly === true,
  }));
  return { name: textOf(name), image: textOf(image), words, volumeMounts: mounts };
}

const textOf = (value: unknown) => (typeof value === "string" ? value : undefined);

/** The items of a list; an item that is no mapping is an empty one, so that the others keep their places. */
function mappings(value: unknown): Mapping[] {
  return Array.isArray(value) ? value.map((item) => (isMapping(item) ? item : {})) : [];
}

function at(value: unknown, path: Path): unknown {
  let current = value;
  for (const key of path) {
    if (!isMapping(current)) return undefined;
    current = current[key];
  }
  return current;
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
