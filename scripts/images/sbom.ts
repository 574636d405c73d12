// Bills of materials in CycloneDX 1.5. No serial numbers and no dates: the same parts give the same bytes.
import type { BundledPackage } from "../build/licenses.ts";
import type { DebianPackage } from "./debian.ts";
import type { NodeBinary } from "./node.ts";

export interface Component {
  type: "application" | "library";
  name: string;
  version: string;
  purl: string;
  hashes?: { alg: "SHA-256" | "SHA-512"; content: string }[];
  licenses?: { expression: string }[];
  properties?: { name: string; value: string }[];
}

export function cyclonedx(subject: string, components: readonly Component[]): string {
  const bom = {
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: { component: { type: "container", name: subject } },
    components,
  };
  return `${JSON.stringify(bom, null, 2)}\n`;
}

/** Node as it is pinned, and each Debian package with the hash of its archive. */
export function baseComponents(node: NodeBinary, packages: readonly DebianPackage[]): Component[] {
  const debian = packages.map(
    ({ name, version, architecture, sha256 }): Component => ({
      type: "library",
      name,
      version,
      purl: `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}&distro=bookworm`,
      hashes: [{ alg: "SHA-256", content: sha256 }],
    }),
  );
  return [nodeComponent(node), ...debian];
}

function nodeComponent(node: NodeBinary): Component {
  return {
    type: "application",
    name: "node",
    version: node.version,
    purl: `pkg:npm/${node.package}@${node.version}`,
    hashes: [{ alg: "SHA-256", content: node.sha256 }],
    properties: [
      { name: "outrigger:npm-integrity", value: node.integrity },
      // The hash above is the package's; stripping changes it.
      { name: "outrigger:stripped", value: String(node.stripped) },
    ],
  };
}

/** The npm packages inside a bundle. */
export function bundleComponents(packages: readonly BundledPackage[]): Component[] {
  return packages.map(({ name, version, license }) => ({
    type: "library",
    name,
    version,
    purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
    licenses: [{ expression: license }],
  }));
}
