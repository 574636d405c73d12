import { writeFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { eventually } from "../harness/eventually.ts";
import { type Answer, get } from "../harness/http.ts";
import { freePort } from "../harness/ports.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { startTool, type ToolProcess } from "../harness/tool.ts";
import { checkExpositions } from "./expositions.ts";

/** Milliseconds until what is waited for counts as missing: a machine that runs other tests too may be slow. */
const patience = { ms: 30_000 };

export const openmetrics = "application/openmetrics-text; version=1.0.0";

/** A running exporter with a directory of its own. */
export class Exporter {
  readonly process: ToolProcess;
  readonly url: string;
  readonly directory: string;
  readonly configFile: string;

  constructor(process: ToolProcess, url: string, directory: string) {
    this.process = process;
    this.url = url;
    this.directory = directory;
    this.configFile = path.join(directory, "outrigger.yaml");
  }

  get(target: string, headers: Record<string, string> = {}): Promise<Answer> {
    return get(this.url + target, { headers });
  }

  /** The text of one scrape. */
  async scrape(accept = "text/plain"): Promise<string> {
    return (await this.get("/metrics", { accept })).body;
  }

  /** The value of a series, written as in the exposition; undefined when it is not there. */
  async value(series: string): Promise<number | undefined> {
    return sampleValue(await this.scrape(), series);
  }

  /** Scrapes until a series has a value. */
  async until(series: string, wanted: number | undefined): Promise<string> {
    return eventually(async () => {
      const text = await this.scrape();
      const value = sampleValue(text, series);
      if (value !== wanted) throw new Error(`${series} is ${value}, not ${wanted}:\n${text}\n${this.process.stderr}`);
      return text;
    }, patience);
  }

  /** Replaces the configuration file. */
  configure(yaml: string): void {
    writeFileSync(this.configFile, yaml.replaceAll("$DIR", this.directory));
  }
}

/** The value of a series in an exposition. */
export function sampleValue(text: string, series: string): number | undefined {
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

export interface Setup {
  /** The configuration file; `$DIR` is the test's directory. */
  config?: string;
  args?: readonly string[];
  env?: Record<string, string>;
  directory?: string;
}

/** Starts an exporter on a free port and waits until it answers. */
export async function startExporter(
  t: TestContext,
  { config, args = [], env = {}, directory }: Setup,
): Promise<Exporter> {
  const home = directory ?? temporaryDirectory(t);
  const port = await freePort();
  const file = path.join(home, "outrigger.yaml");
  if (config !== undefined) writeFileSync(file, config.replaceAll("$DIR", home));
  const options = config === undefined ? [] : ["--config", file];
  const given = args.map((argument) => argument.replaceAll("$DIR", home));
  const process = startTool("metrics-exporter", [...options, "--port", String(port), ...given], { test: t, env });
  const exporter = new Exporter(process, `http://127.0.0.1:${port}`, home);
  const ended = process.exited.then(({ code }) => {
    throw new Error(`it ended with ${code}: ${process.stderr}`);
  });
  const ready = async () => {
    const { status, body } = await exporter.get("/-/readyz");
    if (status !== 200) throw new Error(body);
  };
  await Promise.race([ended, eventually(ready, patience)]);
  // From now on a test may end it.
  let isOver = false;
  ended.catch(() => {
    isOver = true;
  });
  atEnd(t, () => (isOver ? undefined : checkExpositions(exporter)));
  return exporter;
}
