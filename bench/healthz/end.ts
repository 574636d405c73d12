/** From SIGTERM to the end, in the middle of a check: a sidecar that lingers takes its time from the others. */
import { setTimeout as delay } from "node:timers/promises";
import type { BenchCase } from "../case.ts";
import { startHealthz } from "./servers.ts";

const BOUND_MS = 1000;

/** Checks that do not come to an end by themselves. */
const HANGING: Readonly<Record<string, object>> = {
  "a command that heeds SIGTERM": { exec: ["sleep", "86399"] },
  "a command that ignores SIGTERM": { exec: ["sh", "-c", 'trap "" TERM; sleep 86399; sleep 86399'] },
};

const UNTIL_IT_HANGS_MS = 500;

async function millisecondsToEnd(directory: string, check: object): Promise<number> {
  const server = await startHealthz(directory, { checks: { hanging: { ...check, timeout: "1h" } } });
  await delay(UNTIL_IT_HANGS_MS);
  const started = performance.now();
  await server.stop();
  return performance.now() - started;
}

export const ends: BenchCase[] = Object.entries(HANGING).map(([what, check]) => ({
  tool: "healthz",
  name: `SIGTERM to the end during ${what}`,
  unit: "ms",
  peer: "1 s",
  target: 1,
  prepare: async (directory) => ({
    ours: () => millisecondsToEnd(directory, check),
    peer: async () => BOUND_MS,
  }),
}));
