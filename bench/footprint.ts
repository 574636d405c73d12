/** What sidecars keep: private memory after ten thousand probes, and that of all tools in one process. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../test/harness/ports.ts";
import type { BenchCase } from "./case.ts";
import { type Candidate, candidates } from "./start-up/candidates.ts";
import { launch } from "./start-up/launch.ts";
import { hello, type Program, shippedTool } from "./start-up/programs.ts";

const requests = 10_000;

function afterLoad({ tool, peer, probe, args }: Candidate): BenchCase {
  return {
    tool,
    name: `private memory after ${requests} requests`,
    unit: "MiB",
    peer: `bundled ${peer} hello`,
    rounds: 3,
    async prepare(directory) {
      const port = await freePort();
      const [oursIn, peersIn] = [join(directory, "ours"), join(directory, "peer")];
      for (const folder of [oursIn, peersIn]) mkdirSync(folder);
      const ours = shippedTool(tool, args(port), oursIn);
      const theirs = await hello(peer, port, peersIn);
      const figure = async (program: Program, path: string) => {
        const { anonymousMiB } = await launch(program, `http://127.0.0.1:${port}${path}`, [requests]);
        return anonymousMiB[0]!;
      };
      return { ours: () => figure(ours, probe), peer: () => figure(theirs, "/") };
    },
  };
}

/** `outrigger run` with every section, and the section that costs most alone in its own image. */
const together: BenchCase = {
  tool: "outrigger",
  name: "all five in one process, idle",
  unit: "MiB",
  peer: "metrics-exporter alone",
  target: 1.5,
  async prepare(directory) {
    const [logs, health, metrics, egress, proxy] = await Promise.all(Array.from({ length: 5 }, () => freePort()));
    const files = [join(directory, "*.log")];
    const settings = join(directory, "settings.json");
    writeFileSync(settings, "{}");
    const section = { port: metrics, logs: { files, rules: { seen_total: "seen {what}" } } };
    const configuration = {
      config: { [join(directory, "merged.json")]: { from: [settings] } },
      logs: { files, admin: { port: logs } },
      health: { port: health, checks: { settings: { file: settings } } },
      metrics: section,
      egress: { listen: `127.0.0.1:${proxy}`, allow: ["api.example"], admin: { port: egress } },
    };
    const file = join(directory, "outrigger.yaml");
    writeFileSync(file, JSON.stringify(configuration));
    const all = shippedTool("all", ["run", "--config", file], directory);
    const alone = shippedTool("metrics-exporter", ["--config", file], directory);
    const figure = async (program: Program) => {
      const { anonymousMiB } = await launch(program, `http://127.0.0.1:${metrics}/-/readyz`);
      return anonymousMiB[0]!;
    };
    return { ours: () => figure(all), peer: () => figure(alone) };
  },
};

export const cases: BenchCase[] = [...candidates.map(afterLoad), together];
