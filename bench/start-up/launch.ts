import { spawn } from "node:child_process";
import { eventually } from "../../test/harness/eventually.ts";
import { get } from "../../test/harness/http.ts";
import { anonymousKb, threadCpuMs } from "../measure.ts";
import type { Program } from "./programs.ts";

/** What a program has cost by the time it serves. */
export interface Started {
  /** User and system time until the first answer. */
  cpuMs: number;
  /** Private anonymous memory after 60 requests. */
  anonymousMiB: number;
}

const requests = 60;

/** Starts a program, waits until `url` answers 200, asks it some more, and ends it with SIGTERM. */
export async function launch({ argv, env }: Program, url: string): Promise<Started> {
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
    for (let request = 0; request < requests; request++) await ask();
    return { cpuMs, anonymousMiB: anonymousKb(pid) / 1024 };
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}
