// The two architectures, under the names that Debian (and images), Node and GNU use.

export interface Platform {
  /** Debian's name, which is also the one in image manifests. */
  readonly debian: "amd64" | "arm64";
  /** Node's `process.arch`, and the end of the npm package `node-linux-…`. */
  readonly node: "x64" | "arm64";
  readonly triplet: string;
  /** The dynamic loader, at the path that is written into every binary. */
  readonly loader: string;
}

export const platforms: readonly Platform[] = [
  { debian: "amd64", node: "x64", triplet: "x86_64-linux-gnu", loader: "lib64/ld-linux-x86-64.so.2" },
  { debian: "arm64", node: "arm64", triplet: "aarch64-linux-gnu", loader: "lib/ld-linux-aarch64.so.1" },
];

/** This machine's; throws on any other than the two. */
export function hostPlatform(): Platform {
  const platform = platforms.find(({ node }) => node === process.arch);
  if (process.platform !== "linux" || platform === undefined) {
    throw new Error(`images are built on Linux, x64 or arm64; this is ${process.platform} ${process.arch}`);
  }
  return platform;
}
