import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** One process of this PID namespace. */
export interface Process {
  readonly pid: number;
  readonly arguments: readonly string[];
}

/** Programs that hold a namespace or a container together and do nothing else. */
const infrastructure = new Set(["pause", "tini", "catatonit", "dumb-init", "docker-init"]);

const ourTools = /(?:^|\/)(?:log-tailer|healthz|metrics-exporter|egress-proxy|config-merge|outrigger|all)(?:\.c?js)?$/;

/**
 * The application's processes: all but ourselves and our ancestors, kernel threads, the pause process and other
 * inits, and Outrigger's own tools.
 */
export function applicationProcesses(): Process[] {
  const own = new Set(ancestors(process.pid));
  return listProcesses().filter(({ pid, arguments: [program = "", ...rest] }) => {
    if (own.has(pid) || program === "" || infrastructure.has(path.basename(program))) return false;
    return ![program, ...rest.slice(0, 12)].some((argument) => ourTools.test(argument));
  });
}

/** Whether the first process of the namespace is a pause process: then every other one belongs to the pod. */
export function isSharedNamespace(): boolean {
  return path.basename(commandLine(1)[0] ?? "") === "pause";
}

function listProcesses(): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^[0-9]+$/.test(name))
    .map((name) => ({ pid: Number(name), arguments: commandLine(Number(name)) }));
}

/** The arguments of a process; none for a kernel thread or one that has ended. */
function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replace(/\0$/, "").split("\0");
  } catch {
    return [];
  }
}

function* ancestors(pid: number): Generator<number> {
  for (let current = pid; current > 0; current = parentOf(current)) yield current;
}

/** The parent of a process (field 4 of proc_pid_stat(5)); 0 for none. */
function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return 0;
  }
}
