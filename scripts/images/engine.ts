// The container engines that can build the images: whichever is there, with the same Dockerfiles.
import { run, succeeds } from "./run.ts";

interface BuildRequest {
  readonly tag: string;
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
  /** Seconds since 1970: every date in the image. */
  readonly epoch: number;
}

export interface Engine {
  readonly name: "podman" | "docker" | "buildah";
  build(request: BuildRequest, root: string): void;
  tag(image: string, alias: string): void;
  /** The bytes of all its layers, as the engine shows them. */
  size(image: string): string;
  /** The id of an image's configuration: equal ids mean equal images. */
  id(image: string): string;
}

const engines: readonly Engine[] = [
  {
    name: "podman",
    build: (request, root) => run("podman", ["build", ...buildahOptions(request), "."], { cwd: root }),
    tag: (image, alias) => run("podman", ["tag", image, alias]),
    size: (image) => run("podman", ["images", "--format", "{{.Size}}", image]).split("\n")[0]!,
    id: (image) => run("podman", ["image", "inspect", "--format", "sha256:{{.Id}}", image]).trim(),
  },
  {
    name: "docker",
    // Neither builder of Docker 20.10 sets dates by itself: images are equal in content, not in digest.
    build: ({ tag, dockerfile, args, epoch }, root) =>
      run("docker", ["build", "-q", "-t", tag, "-f", dockerfile, ...buildArgs(args), "."], {
        cwd: root,
        env: { SOURCE_DATE_EPOCH: String(epoch) },
      }),
    tag: (image, alias) => run("docker", ["tag", image, alias]),
    size: (image) => run("docker", ["images", "--format", "{{.Size}}", image]).split("\n")[0]!,
    id: (image) => run("docker", ["image", "inspect", "--format", "{{.Id}}", image]).trim(),
  },
  {
    name: "buildah",
    build: (request, root) => run("buildah", ["build", ...buildahOptions(request), "."], { cwd: root }),
    tag: (image, alias) => run("buildah", ["tag", image, alias]),
    size: (image) => run("buildah", ["images", "--format", "{{.Size}}", image]).split("\n")[0]!,
    id: (image) => run("buildah", ["inspect", "--type", "image", "--format", "sha256:{{.FromImageID}}", image]).trim(),
  },
];

// The OCI format and no cache, so that two builds of one commit have the same digest: the docker format records the names of
// working containers, a cached layer the dates of the build that made it. OCI has no HEALTHCHECK, which only Docker uses.
function buildahOptions({ tag, dockerfile, args, epoch }: BuildRequest): string[] {
  const fixed = ["--format", "oci", "--layers", "--no-cache", "--pull=never", "--timestamp", String(epoch)];
  return ["-q", ...fixed, "-t", tag, "-f", dockerfile, ...buildArgs(args)];
}

function buildArgs(args: Readonly<Record<string, string>>): string[] {
  return Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
}

/** The named engine, or the first one that works here. Throws when there is none. */
export function findEngine(wanted = process.env.OUTRIGGER_ENGINE): Engine {
  const working = engines.filter(({ name }) => wanted === undefined || wanted === name).find(({ name }) => works(name));
  if (working === undefined) {
    throw new Error(
      wanted === undefined
        ? "no container engine: install podman, docker or buildah"
        : `the container engine ${wanted} does not answer: ${wanted} info`,
    );
  }
  return working;
}

function works(name: Engine["name"]): boolean {
  return succeeds(name, ["info"]);
}
