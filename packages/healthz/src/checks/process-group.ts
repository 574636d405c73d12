import { setTimeout as delay } from "node:timers/promises";
import { releaseGroup, signalGroup } from "@outrigger/runtime/process-groups";
import { listProcesses, readStat } from "./proc.ts";

const GRACE_MS = 500;
const LOOK_MS = 20;

/** Ends an adopted group: SIGTERM, and SIGKILL after half a second. Resolves when no member lives, at once when none did. */
export async function endGroup(group: number): Promise<void> {
  if (signalGroup(group, "SIGTERM") && !(await isGone(group, GRACE_MS))) {
    signalGroup(group, "SIGKILL");
    // One that waits on a dead mount does not vanish; its check is stuck, and says so.
    await isGone(group, Number.POSITIVE_INFINITY);
  }
  releaseGroup(group);
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
