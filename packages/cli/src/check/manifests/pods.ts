import type { Path } from "@outrigger/runtime/problem";

interface VolumeMount {
  name?: string;
  mountPath?: string;
  readOnly?: boolean;
}

export interface Container {
  name?: string;
  image?: string;
  command?: string[];
  args?: string[];
  volumeMounts?: VolumeMount[];
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
  const listed = (key: string) => (Array.isArray(spec[key]) ? (spec[key] as unknown[]).filter(isMapping) : []);
  const claims = at(workload, ["spec", "volumeClaimTemplates"]);
  const volumes = [
    ...listed("volumes").map((volume) => volume.name),
    ...(Array.isArray(claims) ? claims.map((claim) => at(claim, ["metadata", "name"])) : []),
  ];
  return {
    workload: `${workload.kind ?? "object"}/${at(workload, ["metadata", "name"]) ?? "without a name"}`,
    containers: (["initContainers", "containers"] as const).flatMap((key) =>
      listed(key).map((container, index) => ({
        path: [...root, "spec", key, index],
        container: container as Container,
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
