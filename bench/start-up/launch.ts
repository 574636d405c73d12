import { spawn } from "node:child_process";
import { eventually } from "../../test/harness/eventually.ts";
import { get } from "../../test/harness/http.ts";
import { anonymousKb, threadCpuMs } from "../measure.ts";
import type { Program } from "./programs.ts";

/** What a program has cost by the time it serves. */
export interface Started {
  /** User and system time until the first answer. */
  cpuMs: number;
  /** Private anonymous memory after each batch of requests. */
  anonymousMiB: number[];
}

const connections = 8;

/**
 * Starts a program, waits until `url` answers 200, asks it as often as each of the batches says, and ends it with SIGTERM.
 * Every request has a connection of its own, as the kubelet's probes have.
 */
export async function launch({ argv, env }: Program, url: string, batches: readonly number[] = [60]): Promise<Started> {
  const [file = "", ...args] = argv;
  const child = spawn(file, args, { env: { PATH: process.env.PATH, ...env }, stdio: "ignore" });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const pid = child.pid ?? 0;
  try {
    const ask = async () => {
      const { status } = await get(url);
      if (status !== 200) throw new Error(`${url} answers ${status}`);
    };
    await eventually(ask, { every: 2 });
    const cpuMs = threadCpuMs(pid);
    const anonymousMiB: number[] = [];
    for (const batch of batches) {
      let left = batch;
      const one = async () => {
        while (left-- > 0) await ask();
      };
      await Promise.all(Array.from({ length: connections }, one));
      anonymousMiB.push(anonymousKb(pid) / 1024);
    }
    return { cpuMs, anonymousMiB };
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}
