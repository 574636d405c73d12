import { setTimeout as delay } from "node:timers/promises";
import { listProcesses, readStat } from "./proc.ts";

const GRACE_MS = 500;
const LOOK_MS = 20;

// A killed process that waits on a dead mount does not vanish; its check is stuck, and says so.
const live = new Set<number>();

/** From now on the group is killed when this program ends, however it ends (SIGKILL excepted). */
export function adoptGroup(group: number): void {
  if (live.size === 0) process.on("exit", killAll);
  live.add(group);
}

/** Ends an adopted group: SIGTERM, and SIGKILL after half a second. Resolves when no member lives, at once when none did. */
export async function endGroup(group: number): Promise<void> {
  if (signalGroup(group, "SIGTERM") && !(await isGone(group, GRACE_MS))) {
    signalGroup(group, "SIGKILL");
    await isGone(group, Number.POSITIVE_INFINITY);
  }
  live.delete(group);
  if (live.size === 0) process.off("exit", killAll);
}

function killAll(): void {
  for (const group of live) signalGroup(group, "SIGKILL");
}

/** False when the group has no member left, or none within reach (EPERM). */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}

async function isGone(group: number, within: number): Promise<boolean> {
  const deadline = performance.now() + within;
  while (hasLivingMember(group)) {
    if (performance.now() >= deadline) return false;
    await delay(LOOK_MS);
  }
  return true;
}

/** Zombies still take signals: an orphan that nobody reaps must not keep a check waiting. */
function hasLivingMember(group: number): boolean {
  if (!signalGroup(group, 0)) return false;
  return listProcesses().some((pid) => {
    const stat = readStat(pid);
    return stat?.group === group && stat.state !== "Z" && stat.state !== "X";
  });
}
