/** What a sidecar keeps after it has been busy: private memory after ten thousand probes. */
import { mkdirSync } from "node:fs";
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

export const cases: BenchCase[] = candidates.map(afterLoad);
