/** config-merge against the floor of its Node, jq, yq and tomlq: one value changed, from a source file to an output. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { flagsOf } from "../scripts/images/catalogue.ts";
import { type BenchCase, unlessInstalled } from "./case.ts";
import { type Extension, extensions, largeDocument } from "./config-merge/documents.ts";
import { watching } from "./config-merge/watching.ts";
import { cpuOf, type Usage } from "./measure.ts";
import { shippedTool } from "./start-up/programs.ts";

const tool = "config-merge";
const floor = () => [process.execPath, ...flagsOf({ name: tool }), "-e", "0"];

/** The environment of both programs: nothing of this machine's Node settings, no log line. */
function variables(own: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:NODE_|OUTRIGGER)/.test(name));
  return { ...Object.fromEntries(inherited), ...own, OUTRIGGER_LOG_LEVEL: "warn" };
}

async function measure(argv: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Usage> {
  const usage = await cpuOf([...argv], { cwd, env });
  if (usage.code !== 0) throw new Error(`${argv.join(" ")} ended with ${usage.code}`);
  return usage;
}

interface Comparison {
  readonly name: string;
  readonly peer: string;
  readonly target: number;
  readonly unit?: BenchCase["unit"];
  readonly missing?: () => string | undefined;
  readonly rounds?: number;
  /** The files of the case by name. */
  readonly files: () => Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly theirs: () => readonly string[];
}

function compared({ files, args, theirs, unit = "ms CPU", ...rest }: Comparison): BenchCase {
  const figure = ({ cpuMs, peakRssKb }: Usage) => (unit === "MiB" ? peakRssKb / 1024 : cpuMs);
  return {
    tool,
    unit,
    ...rest,
    async prepare(directory) {
      for (const [name, text] of Object.entries(files())) writeFileSync(path.join(directory, name), text);
      const { argv, env } = shippedTool(tool, [...args], directory);
      return {
        ours: async () => figure(await measure(argv, directory, variables(env))),
        peer: async () => figure(await measure(theirs(), directory, variables())),
      };
    },
  };
}

const smallJson =
  '{\n  "Application": { "Version": "1.1", "Environment": "DEV" },\n  "Timer": { "IntervalSeconds": "5" }\n}\n';
const smallYaml = 'Application: { Version: "1.1", Environment: DEV }\nTimer:\n  IntervalSeconds: "5"\n';
const smallToml = '[Application]\nVersion = "1.1"\nEnvironment = "DEV"\n';
const schema = '{"type": "object", "properties": {"Timer": {"type": "object"}}, "required": ["Application"]}';

const change = "Application.Environment=TEST";
const toJson = ["./in.json", change, "-o", "out.json"];
const toYaml = ["./in.yaml", change, "-o", "out.yaml"];
const jq = () => ["sh", "-c", "jq '.Application.Environment = \"TEST\"' in.json > peer.json"];
const yq = () => ["sh", "-c", "yq -y '.Application.Environment = \"TEST\"' in.yaml > peer.yaml"];
const tomlq = () => ["sh", "-c", "tomlq -t '.Application.Environment = \"TEST\"' in.toml > peer.toml"];

/** Eight times the bytes against once: 8 when the growth is linear. */
function growth(extension: Extension): BenchCase {
  const args = (megabytes: number) => [`./${megabytes}.${extension}`, change, "-o", `out.${extension}`];
  return {
    tool,
    unit: "ms CPU",
    name: `${extension}, 8 MB`,
    peer: "1 MB",
    target: 10,
    rounds: 1,
    async prepare(directory) {
      for (const megabytes of [1, 8])
        writeFileSync(path.join(directory, `${megabytes}.${extension}`), largeDocument(extension, megabytes * 1e6));
      const { argv, env } = shippedTool(tool, [], directory);
      const cost = async (megabytes: number) =>
        (await measure([...argv, ...args(megabytes)], directory, variables(env))).cpuMs;
      return { ours: () => cost(8), peer: () => cost(1) };
    },
  };
}

const jqInstalled = unlessInstalled("jq");
const yqInstalled = unlessInstalled("yq");

export const cases: BenchCase[] = [
  compared({
    name: "JSON, one value, from start to exit",
    peer: "node -e 0",
    target: 1.25,
    rounds: 15,
    files: () => ({ "in.json": smallJson }),
    args: toJson,
    theirs: floor,
  }),
  compared({
    name: "JSON, one value, peak memory",
    peer: "node -e 0",
    target: 1.3,
    unit: "MiB",
    files: () => ({ "in.json": smallJson }),
    args: toJson,
    theirs: floor,
  }),
  compared({
    name: "YAML, one value, from start to exit",
    peer: "node -e 0",
    target: 1.6,
    rounds: 15,
    files: () => ({ "in.yaml": smallYaml }),
    args: toYaml,
    theirs: floor,
  }),
  compared({
    name: "YAML, one value, from start to exit",
    peer: "yq",
    target: 1,
    missing: yqInstalled,
    files: () => ({ "in.yaml": smallYaml }),
    args: toYaml,
    theirs: yq,
  }),
  compared({
    name: "TOML, one value, from start to exit",
    peer: "node -e 0",
    target: 1.6,
    rounds: 15,
    files: () => ({ "in.toml": smallToml }),
    args: ["./in.toml", change, "-o", "out.toml"],
    theirs: floor,
  }),
  compared({
    name: "TOML, one value, from start to exit",
    peer: "tomlq",
    target: 1,
    missing: unlessInstalled("tomlq"),
    files: () => ({ "in.toml": smallToml }),
    args: ["./in.toml", change, "-o", "out.toml"],
    theirs: tomlq,
  }),
  compared({
    name: "JSON with a configuration file and a schema",
    peer: "node -e 0",
    target: 2,
    rounds: 15,
    files: () => ({
      "in.json": smallJson,
      "schema.json": schema,
      "outrigger.yaml":
        "config:\n  out.json: { from: [in.json], set: { Application.Environment: TEST }, schema: schema.json }\n",
    }),
    args: ["--config", "outrigger.yaml"],
    theirs: floor,
  }),
  compared({
    name: "JSON, 1 MB",
    peer: "jq",
    target: 2,
    missing: jqInstalled,
    files: () => ({ "in.json": largeDocument("json", 1e6) }),
    args: toJson,
    theirs: jq,
  }),
  compared({
    name: "JSON, 8 MB",
    peer: "jq",
    target: 1,
    missing: jqInstalled,
    files: () => ({ "in.json": largeDocument("json", 8e6) }),
    args: toJson,
    theirs: jq,
  }),
  compared({
    name: "JSON, 8 MB, peak memory",
    peer: "jq",
    target: 4,
    unit: "MiB",
    missing: jqInstalled,
    rounds: 3,
    files: () => ({ "in.json": largeDocument("json", 8e6) }),
    args: toJson,
    theirs: jq,
  }),
  compared({
    name: "YAML, 100 KB",
    peer: "yq",
    target: 1,
    missing: yqInstalled,
    files: () => ({ "in.yaml": largeDocument("yaml", 1e5) }),
    args: toYaml,
    theirs: yq,
  }),
  compared({
    name: "YAML, 1 MB",
    peer: "yq",
    target: 0.6,
    missing: yqInstalled,
    rounds: 3,
    files: () => ({ "in.yaml": largeDocument("yaml", 1e6) }),
    args: toYaml,
    theirs: yq,
  }),
  compared({
    name: "YAML, 1 MB, peak memory",
    peer: "yq",
    target: 5,
    unit: "MiB",
    missing: yqInstalled,
    rounds: 3,
    files: () => ({ "in.yaml": largeDocument("yaml", 1e6) }),
    args: toYaml,
    theirs: yq,
  }),
  ...extensions.map(growth),
  ...watching,
];
