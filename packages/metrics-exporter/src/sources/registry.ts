/** All kinds of sources, in the order in which they are merged. */
import type { MetricsConfig } from "../config.ts";
import type { Source } from "./source.ts";

type Make = (config: MetricsConfig) => Promise<Source[]>;

// Loaded when they are used: most exporters read nothing but log files.
const kinds: readonly Make[] = [
  async ({ json }) => {
    if (json.length === 0) return [];
    const { JsonSource } = await import("./json.ts");
    return json.map((config) => new JsonSource(config));
  },
  async ({ textfiles }) => {
    if (textfiles.length === 0) return [];
    const { TextfilesSource } = await import("./textfiles.ts");
    return textfiles.map((config) => new TextfilesSource(config));
  },
  async ({ scrape }) => {
    if (scrape.length === 0) return [];
    const { ScrapeSource } = await import("./scrape.ts");
    return scrape.map((config) => new ScrapeSource(config));
  },
  async ({ probes }) => {
    const entries = Object.entries(probes);
    if (entries.length === 0) return [];
    const { ProbeSource } = await import("./probe.ts");
    return entries.map(([name, config]) => new ProbeSource(name, config));
  },
  async ({ exec }) => {
    if (exec.length === 0) return [];
    const { ExecSource } = await import("./exec.ts");
    return exec.map((config) => new ExecSource(config));
  },
];

/** The sources of a configuration, not yet started. */
export async function createSources(config: MetricsConfig): Promise<Source[]> {
  return (await Promise.all(kinds.map((make) => make(config)))).flat();
}
