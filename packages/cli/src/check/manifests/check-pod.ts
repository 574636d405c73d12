import { suggestion } from "@outrigger/runtime/nearest";
import { version } from "@outrigger/runtime/version";
import { tools } from "../../sections.ts";
import type { Report } from "../finding.ts";
import type { Container, PlacedContainer, Pod } from "./pods.ts";

/** The annotations that mean something; a misspelt one would silently mean nothing. */
const annotations = ["outrigger.dev/inject", "outrigger.dev/injected"];

const toolNames: readonly string[] = [...Object.values(tools).map(({ name }) => name), "all"];

/** Finds in one pod what would only show when it does not start. `outputs` are the paths of the `config` section. */
export function checkPod(pod: Pod, outputs: readonly string[], report: Report): void {
  for (const placed of pod.containers) {
    checkMounts(placed, pod, report);
    checkImage(placed, pod, report);
    if (placed.init) checkWrites(placed, pod, outputs, report);
  }
  for (const { path, names } of pod.annotations) {
    for (const name of names.filter(
      (candidate) => candidate.startsWith("outrigger.dev/") && !annotations.includes(candidate),
    )) {
      report.error([...path, name], `${pod.workload}: unknown annotation ${name}${suggestion(name, annotations)}`);
    }
  }
}

function checkMounts({ path, container }: PlacedContainer, { volumes, workload }: Pod, report: Report): void {
  for (const [index, { name }] of container.volumeMounts.entries()) {
    if (name === undefined || volumes.has(name)) continue;
    const known = suggestion(name, [...volumes]);
    report.error(
      [...path, "volumeMounts", index, "name"],
      `${workload}: container ${container.name} mounts the volume ${name}, which the pod does not declare${known}`,
    );
  }
}

function checkImage({ path, container }: PlacedContainer, { workload }: Pod, report: Report): void {
  const match = /(?:^|\/)outrigger\/([a-z-]+)(?::([\w.-]+))?(?:@sha256:\w+)?$/.exec(container.image ?? "");
  const [, tool = "", tag = "latest"] = match ?? [];
  if (match === null || !toolNames.includes(tool) || tag === version) return;
  const message = `${workload}: container ${container.name} runs ${container.image}; this configuration was checked by ${version}`;
  report.error([...path, "image"], `${message}; use the tag ${version}, or check with that version`);
}

/** An init container whose output directory is mounted read-only fails at every start, and the pod never comes up. */
function checkWrites(
  { path, container }: PlacedContainer,
  { workload }: Pod,
  outputs: readonly string[],
  report: Report,
): void {
  for (const target of writtenBy(container, outputs)) {
    const index = mountOf(container, target);
    const mount = container.volumeMounts[index];
    if (!mount?.readOnly) continue;
    const what = `${workload}: init container ${container.name} writes ${target}`;
    const where = `its volumeMount of ${mount.name} at ${mount.mountPath} is readOnly`;
    report.error([...path, "volumeMounts", index, "readOnly"], `${what}, but ${where}; remove readOnly: true there`);
  }
}

/** What a container writes as far as its manifest tells: config-merge's outputs, and redirections of a shell. */
function writtenBy({ name, image = "", words }: Container, outputs: readonly string[]): string[] {
  if (name === "config-merge" || /\/config-merge(?:[:@]|$)/.test(image)) return [...outputs];
  const redirections = words.join(" ").matchAll(/>\s*["']?(\/[^\s"';&|<>]+)/g);
  return [...redirections].map(([, target = ""]) => target);
}

/** The index of the mount that a path lies under: the longest mountPath; -1 when there is none. */
function mountOf({ volumeMounts }: Container, target: string): number {
  let found = -1;
  for (const [index, { mountPath = "" }] of volumeMounts.entries()) {
    const folder = mountPath.replace(/\/$/, "");
    const above = target === folder || target.startsWith(`${folder}/`);
    if (above && folder.length > (volumeMounts[found]?.mountPath ?? "").length) found = index;
  }
  return found;
}
