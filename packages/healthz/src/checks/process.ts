import { CheckFailure } from "../failure.ts";
import type { Check } from "./check.ts";
import { listProcesses, ownLineage, readCommandLine, readStat } from "./proc.ts";

export interface ProcessSpec {
  type: "process";
  /** Searched in the arguments joined by spaces. */
  pattern: RegExp;
  min: number;
  max?: number | undefined;
}

/** Who a process was when it matched: a pid can be reused, and the same process can `exec` something else. */
interface Match {
  pid: number;
  startTime: string;
  commandLine: string;
}

// Zombies, dead, stopped and traced processes do no work.
const IDLE_STATES = new Set(["Z", "X", "x", "T", "t"]);

/** Good when `min` to `max` living processes match. This process and its ancestors never do: they may name the pattern. */
export function createProcessCheck({ pattern, min, max }: ProcessSpec): Check {
  let known: Match[] = [];
  return {
    async run() {
      if (max === undefined && known.length >= min && known.every(isUnchanged)) return;
      const { entries, othersVisible } = await scan();
      const matches = entries.filter(({ commandLine }) => pattern.test(commandLine)).flatMap(identify);
      known = matches.slice(0, min);
      const count = matches.length;
      if (count >= min && count <= (max ?? count)) return;
      if (!othersVisible) throw new CheckFailure("not found", ALONE);
      const range = max === undefined ? `at least ${min}` : min === max ? `${min}` : `${min} to ${max}`;
      throw new CheckFailure(
        count === 0 ? "not found" : "mismatch",
        `${count} running ${count === 1 ? "process matches" : "processes match"} ${pattern.source}, expected ${range}`,
      );
    },
  };
}

const ALONE =
  "no other process is visible from here; share the process namespace " +
  '(Kubernetes: shareProcessNamespace: true, Compose: pid: "service:NAME")';

function isUnchanged(match: Match): boolean {
  return identify(match)[0]?.startTime === match.startTime;
}

interface Entry {
  pid: number;
  commandLine: string;
}

/** The process as it is at this moment; nothing when it has ended, does no work, or has become another program. */
function identify({ pid, commandLine }: Entry): Match[] {
  const stat = readStat(pid);
  if (stat === undefined || IDLE_STATES.has(stat.state) || readCommandLine(pid) !== commandLine) return [];
  return [{ pid, commandLine, startTime: stat.startTime }];
}

interface Scan {
  entries: Entry[];
  othersVisible: boolean;
}

const READ_AT_ONCE = 100;

/** Many checks of processes that are not there would otherwise scan all the time. Whatever matches is looked at again. */
const FRESH_MS = 100;

let latest: { at: number; scan: Promise<Scan> } | undefined;

/** One scan serves all checks that are due within a tenth of a second. */
function scan(): Promise<Scan> {
  const now = performance.now();
  if (latest === undefined || now - latest.at > FRESH_MS) latest = { at: now, scan: scanNow() };
  return latest.scan;
}

/** A scan costs about 25 µs a process; on a large node the event loop gets its turns in between. */
async function scanNow(): Promise<Scan> {
  const lineage = ownLineage();
  const others = listProcesses().filter((pid) => !lineage.has(pid));
  const entries: Entry[] = [];
  for (const [index, pid] of others.entries()) {
    if (index > 0 && index % READ_AT_ONCE === 0) await new Promise(setImmediate);
    const commandLine = readCommandLine(pid);
    if (commandLine) entries.push({ pid, commandLine });
  }
  return { entries, othersVisible: others.length > 0 };
}
