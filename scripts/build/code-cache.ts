// V8's code for a bundle, taken after a start with the Node and the flags of the entrypoint; docs/decisions/0061-compile-cache.md.
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { flagsOf, type ImageSpec, libraryName } from "../images/catalogue.ts";
import { run } from "../images/run.ts";

/** What a bundle is started with, to learn which of its functions a start runs. */
interface Start {
  readonly args: readonly string[];
  /** A start before it, whose code is kept as well. */
  readonly before?: readonly string[];
  /** What it is asked before it ends; without any it ends by itself. */
  readonly urls: readonly string[];
}

const FILES: Readonly<Record<string, string>> = {
  "outrigger.yaml": `
logs: { files: [app.log] }
health: { checks: { app: { file: app.log } } }
metrics: { logs: { files: [app.log], rules: { started_total: "started" } } }
egress: { allow: [api.example] }
config: { merged.json: { from: [settings.json], schema: schema.json } }
`,
  "app.log": "started\n",
  "schema.json": '{ "type": "object", "properties": { "Application": { "type": "object" } } }\n',
  "settings.json": '{ "Application": { "Name": "app" } }\n',
  "settings.yaml": "Application: { Name: app }\n",
  "settings.toml": '[Application]\nName = "app"\n',
  "settings.xml": "<Settings><Application><Name>app</Name></Application></Settings>\n",
};

const PLAIN_RUN = ["json", "yaml", "toml", "xml"]
  .map((extension) => `./settings.${extension}`)
  .concat("Application.Name=other", "-o", "merged.json");

// The probes of the kubelet, a health check and a scrape: what every instance is asked sooner or later.
const ASKED: Readonly<Record<string, readonly string[]>> = {
  "log-tailer": ["http://localhost:9901/livez", "http://localhost:9901/readyz", "http://localhost:9901/metrics"],
  healthz: ["http://localhost:8080/-/livez", "http://localhost:8080/-/readyz", "http://localhost:8080/readyz"],
  "metrics-exporter": [
    "http://localhost:8081/-/livez",
    "http://localhost:8081/-/readyz",
    "http://localhost:8081/metrics",
  ],
  "egress-proxy": ["http://localhost:9904/livez", "http://localhost:9904/readyz", "http://localhost:9904/metrics"],
};

// How often a result has to come before it counts, and how often it is tried at most.
const AGREEING = 4;
const ATTEMPTS = 16;

/**
 * Writes `<bundle>.cache` beside a bundle and beside each of its libraries. The same bundle gives the same bytes: what two starts
 * make is nearly always the same, but on a machine under load one may reach another turn of the event loop, or fail, so the first
 * result that comes four times counts. Throws what the last failing start said when there is none.
 */
export function saveCode(image: ImageSpec, bundle: string): void {
  const results = new Map<string, number>();
  let failure: unknown = new Error(`the code of ${path.basename(bundle)} differs from start to start`);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      const result = startOnce(image, bundle);
      const times = (results.get(result) ?? 0) + 1;
      if (times === AGREEING) return;
      results.set(result, times);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** Starts the bundle once and returns the hash of the code that is now beside it and its libraries. */
function startOnce(image: ImageSpec, bundle: string): string {
  const directory = mkdtempSync(path.join(tmpdir(), "outrigger-start-"));
  try {
    for (const [name, text] of Object.entries(FILES)) writeFileSync(path.join(directory, name), text);
    const { args, before, urls } = startOf(image);
    // A fixed seed fixes the order in hash tables; it is no part of what V8 compares, and the code is bound to no seed.
    const flags = [...flagsOf(image), "--random-seed=1"];
    const node = (program: string, own: readonly string[]) =>
      run(process.execPath, [...flags, path.join(import.meta.dirname, program), ...own], { cwd: directory });
    const start = (own: readonly string[]) => node("run-and-save.cjs", [bundle, JSON.stringify(urls), ...own]);
    const libraries = (image.libraries ?? []).map((library) => path.join(path.dirname(bundle), libraryName(library)));
    const bundles = [bundle, ...libraries];
    for (const file of bundles) rmSync(`${file}.cache`, { force: true });
    if (before !== undefined) start(before);
    start(args);
    node("settle-code.cjs", bundles);
    const hash = createHash("sha256");
    for (const file of bundles) hash.update(readFileSync(`${file}.cache`));
    return hash.digest("hex");
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function startOf({ name }: ImageSpec): Start {
  // Its commands have little in common: the code of all of them would be twice what each needs.
  if (name === "all") return { args: ["--version"], urls: [] };
  const configured = ["--config", "outrigger.yaml"];
  // One run without a configuration file, for each format, and one with it and a schema.
  if (name === "config-merge") return { args: PLAIN_RUN, before: configured, urls: [] };
  return { args: configured, urls: ASKED[name] ?? [] };
}
