/** StatsD over loopback: what a packet costs when there are 40,000 a second, and whether all arrive. */
import { createSocket } from "node:dgram";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../../test/harness/ports.ts";
import type { BenchCase } from "../case.ts";
import { threadCpuMs } from "../measure.ts";
import { againstLimit } from "./limit.ts";
import { exporter, fetchText, sample, start } from "./programs.ts";

const perSecond = 40_000;
const seconds = 3;
const packet = Buffer.from("requests.handled:1|c|#code:200");

const packets = againstLimit({
  tool: "metrics-exporter",
  name: `a StatsD packet, ${perSecond / 1000}k of them a second (infinite when one is lost)`,
  unit: "µs CPU",
  limit: 6,
  async prepare() {
    const statsd = await freePort();
    const ours = await start((port) => exporter("--port", String(port), "--set", `metrics.statsd.port=${statsd}`));
    const socket = createSocket("udp4");
    const counted = async () => sample(await fetchText(ours.url), "outrigger_metrics_statsd_lines_total") ?? 0;
    const measure = async () => {
      const linesBefore = await counted();
      const before = threadCpuMs(ours.pid);
      const sent = await send(() => socket.send(packet, statsd, "127.0.0.1"));
      await delay(500);
      const used = threadCpuMs(ours.pid) - before;
      const arrived = (await counted()) - linesBefore;
      // A lost one cannot be made good by being cheap.
      return arrived === sent ? (used * 1000) / sent : Number.POSITIVE_INFINITY;
    };
    const close = () => {
      socket.close();
      ours.close();
    };
    return { measure, close };
  },
});

/** Calls `one` that many times a second, in step with the clock; how often in all. */
async function send(one: () => void): Promise<number> {
  const began = performance.now();
  const all = perSecond * seconds;
  let sent = 0;
  while (sent < all) {
    const due = Math.min(all, ((performance.now() - began) * perSecond) / 1000);
    for (; sent < due; sent++) one();
    await delay(1);
  }
  return sent;
}

export const cases: BenchCase[] = [packets];
