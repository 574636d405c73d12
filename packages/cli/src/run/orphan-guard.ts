import { spawn } from "node:child_process";

// Waits for the end of a pipe that only we hold. It must survive the terminal's signals, which reach it as well.
const script = 'trap "" INT TERM HUP QUIT; read -r end; kill -KILL "$1"';

/**
 * Kills process `pid` when this process ends without having called the returned function: nobody can handle SIGKILL, but
 * the kernel closes our pipes. Where there is no `/bin/sh` (in our images, where the container ends with us) nothing is
 * guarded.
 */
export function guardAgainstOrphans(pid: number): () => void {
  const guard = spawn("/bin/sh", ["-c", script, "outrigger-guard", String(pid)], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.on("error", () => {});
  guard.stdin.on("error", () => {});
  guard.unref();
  // Killed rather than told: at the end of its input it would kill a process id that may belong to somebody else by then.
  return () => void guard.kill("SIGKILL");
}
