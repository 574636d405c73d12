// The images: what each holds and how it is started. The Dockerfiles are rendered from this table.

export interface ImageSpec {
  /** Image `outrigger/<name>`, folder `images/<name>`, bundle `dist/<name>`. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** What the image runs; its base name is the program's name in `/app`. */
  readonly entry: string;
  /** The default ports. */
  readonly ports: readonly number[];
  /** What HEALTHCHECK asks; an image that does not always run a server has none. */
  readonly health?: string;
  /**
   * Packages with bundles of their own, which are read when they are first needed: for a program that may do without them.
   * Only those that our modules import by name and as a whole, and modules of ours that re-export a part of one.
   */
  readonly libraries?: readonly string[];
  /** The same for what no start needs: V8 keeps no code for these. */
  readonly lateLibraries?: readonly string[];
}

export const images: readonly ImageSpec[] = [
  {
    name: "log-tailer",
    title: "Outrigger log-tailer",
    description: "Log files of an application to standard output",
    entry: "packages/log-tailer/bin/log-tailer.js",
    ports: [9901],
    health: "http://127.0.0.1:9901/readyz",
    libraries: ["yaml"],
  },
  {
    name: "healthz",
    title: "Outrigger healthz",
    description: "Health endpoints for an application that has none",
    entry: "packages/healthz/bin/healthz.js",
    ports: [8080],
    health: "http://127.0.0.1:8080/-/readyz",
    libraries: ["yaml"],
    lateLibraries: ["express"],
  },
  {
    name: "metrics-exporter",
    title: "Outrigger metrics-exporter",
    description: "Prometheus metrics for an application that has none",
    entry: "packages/metrics-exporter/bin/metrics-exporter.js",
    ports: [8081],
    health: "http://127.0.0.1:8081/-/readyz",
    libraries: ["yaml"],
    lateLibraries: ["express"],
  },
  {
    name: "egress-proxy",
    title: "Outrigger egress-proxy",
    description: "Allow-list ambassador for outgoing connections",
    entry: "packages/egress-proxy/bin/egress-proxy.js",
    ports: [1080, 9904],
    health: "http://127.0.0.1:9904/readyz",
    libraries: ["yaml"],
  },
  {
    name: "config-merge",
    title: "Outrigger config-merge",
    description: "Merges configuration files, secrets and variables into the files an application reads",
    entry: "packages/config-merge/bin/config-merge.js",
    ports: [9905],
    libraries: ["yaml", "toml-eslint-parser", "saxes", "@cfworker/json-schema", "@outrigger/runtime/zod"],
  },
  {
    name: "all",
    title: "Outrigger",
    description: "Every Outrigger tool behind one command",
    entry: "packages/cli/bin/outrigger.js",
    ports: [],
  },
];

/**
 * Flags of Node in the entrypoints, and of every measurement; docs/decisions/0060-node-flags.md has the figures.
 * - The heap may take half of the container's memory: V8 itself does not look at small control groups.
 * - Young generations stay small, and the heap is collected before it has grown by half, whatever the limit is.
 * - Nothing is born old: in so small a young generation V8 would take every socket for long-lived, and keep what it holds.
 * - One worker thread, and not the middle one of V8's compilers: its jobs hold 10 MB after some thousand requests.
 * - The baseline compiler works in the main thread: what it has begun in the other one would be left begun in the code that is
 *   saved, and such a function is never compiled again.
 * - The regular expression flags are those that `@outrigger/runtime/pattern` sets: given here too, they do not spoil the
 *   code that V8 has for the bundle, which belongs to one set of flags.
 */
export const nodeFlags = [
  "--max-old-space-size-percentage=50",
  "--max-semi-space-size=1",
  "--heap-growing-percent=50",
  "--no-allocation-site-pretenuring",
  "--v8-pool-size=0",
  "--no-concurrent-sparkplug",
  "--no-maglev",
  "--enable-experimental-regexp-engine-on-excessive-backtracks",
  "--regexp-backtracks-before-fallback=2000",
] as const;

/**
 * The flags of one image's entrypoint. config-merge ends before memory could pile up: it keeps the middle compiler, and its heap
 * grows as it needs to. With both, 1 MB of YAML or TOML takes a third less.
 */
export function flagsOf({ name }: Pick<ImageSpec, "name">): readonly string[] {
  if (name !== "config-merge") return nodeFlags;
  return nodeFlags.filter((flag) => !/^--(?:no-maglev|heap-growing-percent)/.test(flag));
}

/** Variables of every entrypoint. */
export const environment = {
  NODE_ENV: "production",
  MALLOC_ARENA_MAX: "1",
  TINI_SUBREAPER: "1",
} as const;

/** The user of every image, as user and group. */
export const nonroot = 65532;

/** What an image starts, in `dist/<name>` and in `/app`. */
export function launcherName({ entry }: Pick<ImageSpec, "entry">): string {
  return `${programName(entry)}.cjs`;
}

/** The tool itself, beside its launcher; V8's code for it has `.cache` after its name. */
export function bundleName({ entry }: Pick<ImageSpec, "entry">): string {
  return `${programName(entry)}.js`;
}

/** A library's bundle, beside the tool's. */
export function libraryName(library: string): string {
  return `${library.replace("@", "").replaceAll("/", "-")}.js`;
}

function programName(entry: string): string {
  return entry.split("/").at(-1)!.replace(/\.js$/, "");
}
