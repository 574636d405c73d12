import { readFileSync } from "node:fs";

/**
 * Whether the terminal's Ctrl-C reaches our whole process group: it does when the group is the terminal's foreground group
 * (proc(5), stat: field 5 is pgrp, field 8 tpgid). Without `/proc` a terminal on stdin is taken as a yes.
 */
export function inForeground(): boolean {
  try {
    const stat = readFileSync("/proc/self/stat", "latin1");
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return group === foreground;
  } catch {
    return process.stdin.isTTY === true;
  }
}
