/** What a sidecar costs that has nothing to do yet: CPU until it serves, and memory. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../test/harness/ports.ts";
import type { BenchCase, Unit } from "./case.ts";
import { type Candidate, candidates } from "./start-up/candidates.ts";
import { launch, type Started } from "./start-up/launch.ts";
import { hello, shippedTool } from "./start-up/programs.ts";

function measuring(candidate: Candidate, name: string, unit: Unit, figure: (started: Started) => number): BenchCase {
  const { tool, peer, probe, args } = candidate;
  return {
    tool,
    name,
    unit,
    peer: `bundled ${peer} hello`,
    ...(unit === "ms CPU" && { target: 1.1 }),
    async prepare(directory) {
      const port = await freePort();
      const [oursIn, peersIn] = [join(directory, "ours"), join(directory, "peer")];
      for (const folder of [oursIn, peersIn]) mkdirSync(folder);
      const ours = shippedTool(tool, args(port), oursIn);
      const theirs = await hello(peer, port, peersIn);
      // Its first run fills its compile cache; the tool's is filled by the build.
      await launch(theirs, `http://127.0.0.1:${port}/`);
      return {
        ours: async () => figure(await launch(ours, `http://127.0.0.1:${port}${probe}`)),
        peer: async () => figure(await launch(theirs, `http://127.0.0.1:${port}/`)),
      };
    },
  };
}

export const cases: BenchCase[] = candidates.flatMap((candidate) => [
  measuring(candidate, "start to the first answer", "ms CPU", ({ cpuMs }) => cpuMs),
  measuring(candidate, "private memory, idle after 60 requests", "MiB", ({ anonymousMiB }) => anonymousMiB[0]!),
]);
