/** What one scrape costs, by what is scraped. */
import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BenchCase, type Contest, unlessInstalled } from "../case.ts";
import { manySeries, writeFixture } from "./fixtures.ts";
import { againstLimit } from "./limit.ts";
import { exporter, type Running, scrapeCpu, start, until } from "./programs.ts";

const tool = "metrics-exporter";
const unit = "ms CPU";

/** Both scraped in turns; `close` ends them and what else was started. */
function contest(ours: Running, peer: Running, headers: Record<string, string> = {}, close = () => {}): Contest {
  return {
    ours: () => scrapeCpu(ours, headers),
    peer: () => scrapeCpu(peer, headers),
    close() {
      ours.close();
      peer.close();
      close();
    },
  };
}

const counters: BenchCase = {
  tool,
  name: "scrape of 10k labelled counters",
  unit,
  peer: "mtail",
  target: 0.15,
  missing: unlessInstalled("mtail"),
  async prepare(directory) {
    const { config, log, program } = writeFixture(directory, manySeries, 0);
    const ours = await start((port) => exporter("--config", config, "--port", String(port), log));
    const peer = await start((port) => ["mtail", "--port", String(port), "--progs", program, "--logs", log]);
    // mtail counts only what is written while it watches.
    appendFileSync(log, Array.from({ length: 20_000 }, (_, index) => `${manySeries.line(index)}\n`).join(""));
    const started = contest(ours, peer);
    try {
      for (const { url } of [ours, peer]) await until(url, (text) => text.split("\nhits").length > 10_000);
    } catch (error) {
      await started.close?.();
      throw error;
    }
    return started;
  },
};

const textfile: BenchCase = {
  tool,
  name: "scrape of a text file of 10k series, gzip",
  unit,
  peer: "prometheus-node-exporter",
  target: 0.4,
  missing: unlessInstalled("prometheus-node-exporter"),
  async prepare(directory) {
    const files = join(directory, "textfiles");
    mkdirSync(files);
    const lines = Array.from({ length: 10_000 }, (_, index) => `jobs_total{name="name-${index}"} ${index}\n`);
    writeFileSync(join(files, "jobs.prom"), `# HELP jobs_total Jobs.\n# TYPE jobs_total counter\n${lines.join("")}`);
    const flag = `metrics.textfiles=["${files}/*.prom"]`;
    const limit = "metrics.limits.series=20000";
    const ours = await start((port) => exporter("--port", String(port), "--set", flag, "--set", limit));
    const peer = await start((port) => [
      "prometheus-node-exporter",
      `--web.listen-address=127.0.0.1:${port}`,
      "--collector.disable-defaults",
      "--collector.textfile",
      `--collector.textfile.directory=${files}`,
    ]);
    return contest(ours, peer, { "accept-encoding": "gzip" });
  },
};

const processes: BenchCase = {
  tool,
  name: "scrape of 100 processes",
  unit,
  peer: "prometheus-process-exporter",
  target: 0.15,
  missing: unlessInstalled("prometheus-process-exporter"),
  async prepare() {
    const sleepers: ChildProcess[] = Array.from({ length: 100 }, () => spawn("sleep", ["86397"], { stdio: "ignore" }));
    const flag = 'metrics.processes=[{"name":"sleep","match":"^sleep 86397$"}]';
    const ours = await start((port) => exporter("--port", String(port), "--set", flag));
    const peer = await start((port) => [
      "prometheus-process-exporter",
      `-web.listen-address=127.0.0.1:${port}`,
      "-procnames=sleep",
    ]);
    return contest(ours, peer, {}, () => {
      for (const sleeper of sleepers) sleeper.kill("SIGKILL");
    });
  },
};

const hundredThousand = againstLimit({
  tool,
  name: "scrape of 100k labelled counters, rendered, written and read",
  unit,
  limit: 25,
  async prepare(directory) {
    const log = join(directory, "app.log");
    const series = 100_000;
    writeFileSync(log, Array.from({ length: series }, (_, index) => `hit name-${index};\n`).join(""));
    const rules = { hits_total: { match: "hit {name};", limit: series } };
    const config = join(directory, "outrigger.yaml");
    writeFileSync(config, JSON.stringify({ metrics: { logs: { rules }, limits: { series: series + 1000 } } }));
    const ours = await start((port) => exporter("--config", config, "--port", String(port), log));
    try {
      await until(ours.url, (text) => text.split("\nhits_total").length > series);
    } catch (error) {
      ours.close();
      throw error;
    }
    return { measure: () => scrapeCpu(ours), close: ours.close };
  },
});

export const cases: BenchCase[] = [counters, textfile, processes, hundredThousand];
