// Builds the images from what dist/ holds.
import { readFileSync } from "node:fs";
import path from "node:path";
import { images } from "./catalogue.ts";
import type { Engine } from "./engine.ts";
import type { Platform } from "./platform.ts";
import { run, succeeds } from "./run.ts";

/** The example applications that have an image: folders of `examples/apps`. */
const apps = [
  "timecheck",
  "numbers-api",
  "numbers-web",
  "webapl",
  "webapl-bare",
  "pi-web",
  "busylog",
  "weblog",
  "httponly",
];

const OFFLINE_BASE = "outrigger/base";

/** What all images of one build share. */
export interface BuildContext {
  readonly root: string;
  readonly engine: Engine;
  readonly platform: Platform;
  readonly version: string;
  /** Every date in the images, in seconds: $SOURCE_DATE_EPOCH, else the last commit's. */
  readonly epoch: number;
}

export function buildContext(root: string, engine: Engine, platform: Platform): BuildContext {
  const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  const epoch = Number(process.env.SOURCE_DATE_EPOCH ?? commitTime(root));
  return { root, engine, platform, version, epoch };
}

export function buildBase(context: BuildContext): void {
  // Its layers are most of what is pulled: they change with their content only, not with every commit.
  build({ ...context, epoch: 0 }, OFFLINE_BASE, "images/base/Dockerfile", {});
}

/** Builds every tool's image on `$BASE_IMAGE`, or on the offline base. */
export function buildTools(context: BuildContext): void {
  const base = process.env.BASE_IMAGE ?? `${OFFLINE_BASE}:${context.version}`;
  const args = {
    BASE_IMAGE: base,
    VERSION: context.version,
    REVISION: revision(context.root),
    CREATED: new Date(context.epoch * 1000).toISOString().replace(".000", ""),
    BASE_NAME: base,
    BASE_DIGEST: process.env.BASE_IMAGE === undefined ? context.engine.id(base) : (base.split("@")[1] ?? "unknown"),
  };
  for (const { name } of images) build(context, `outrigger/${name}`, `images/${name}/Dockerfile`, args);
}

export function buildApps(context: BuildContext): void {
  const args = { BASE_IMAGE: process.env.BASE_IMAGE ?? `${OFFLINE_BASE}:${context.version}` };
  for (const app of apps) build(context, `outrigger-examples/${app}`, `examples/apps/${app}/Dockerfile`, args);
}

function build(context: BuildContext, name: string, dockerfile: string, args: Record<string, string>): void {
  const { root, engine, platform, version, epoch } = context;
  const tag = `${name}:${version}`;
  engine.build({ tag, dockerfile, args: { TARGETARCH: platform.debian, ...args }, epoch }, root);
  engine.tag(tag, `${name}:latest`);
  process.stdout.write(`${engine.name}: ${tag}, ${engine.size(tag)}\n`);
}

function commitTime(root: string): string {
  return hasGit(root) ? run("git", ["log", "-1", "--format=%ct"], { cwd: root }) : "0";
}

function revision(root: string): string {
  return hasGit(root) ? run("git", ["rev-parse", "HEAD"], { cwd: root }).trim() : "unknown";
}

function hasGit(root: string): boolean {
  return succeeds("git", ["-C", root, "rev-parse", "HEAD"]);
}
