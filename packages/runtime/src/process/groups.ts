// The process groups of the commands that a tool runs. Nothing of them is to outlive the tool.
const adopted = new Set<number>();

/** From now on the group is killed when this program ends, however it ends (SIGKILL excepted). */
export function adoptGroup(group: number): void {
  if (adopted.size === 0) process.on("exit", killAll);
  adopted.add(group);
}

/** Forgets an adopted group: once its members have ended, others may get its number. */
export function releaseGroup(group: number): void {
  adopted.delete(group);
  if (adopted.size === 0) process.off("exit", killAll);
}

/** Signals every member; 0 only asks. False when the group has no member left, or none within reach (EPERM). */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}

function killAll(): void {
  for (const group of adopted) signalGroup(group, "SIGKILL");
}
