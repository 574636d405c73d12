// The Dockerfile of each tool, rendered from images/tool.Dockerfile and the catalogue. ENTRYPOINT does not expand build
// arguments, hence one file per tool; test/images/dockerfiles.test.ts compares them with this.
import { readFileSync } from "node:fs";
import path from "node:path";
import { environment, flagsOf, type ImageSpec, launcherName, nonroot } from "./catalogue.ts";

const NODE = "/nodejs/bin/node";
const INIT = "/usr/bin/tini";

/** The text of `images/<name>/Dockerfile`. */
export function renderDockerfile(image: ImageSpec, root: string): string {
  const values: Record<string, string> = {
    note: "Rendered from images/tool.Dockerfile by `npm run images -- dockerfiles`.",
    name: image.name,
    title: image.title,
    description: image.description,
    user: String(nonroot),
    environment: Object.entries(environment)
      .map(([name, value]) => `${name}=${value}`)
      .join(" \\\n    "),
    expose: image.ports.length > 0 ? `EXPOSE ${image.ports.join(" ")}` : "",
    healthcheck: healthcheck(image),
    entrypoint: exec([INIT, "--", NODE, ...flagsOf(image), `/app/${launcherName(image)}`]),
  };
  const template = readFileSync(path.join(root, "images/tool.Dockerfile"), "utf8");
  return template
    .replace(/^\{\{(\w+)\}\}\n/gm, (_line, name: string) => (values[name] === "" ? "" : `${values[name]}\n`))
    .replace(/\{\{(\w+)\}\}/g, (_placeholder, name: string) => values[name]!);
}

// For Compose: Kubernetes asks over HTTP and ignores it. Each run starts a Node, hence the interval.
function healthcheck({ health }: ImageSpec): string {
  if (health === undefined) return "";
  return `HEALTHCHECK --interval=15s --timeout=5s --start-period=60s CMD ${exec([NODE, "/app/probe.cjs", health])}`;
}

function exec(command: readonly string[]): string {
  return `[${command.map((word) => JSON.stringify(word)).join(", ")}]`;
}
