import { readdirSync, readFileSync } from "node:fs";

/** The file descriptors of this process, by proc(5). `limit` is infinite where there is none, or it is not known. */
export function descriptors(): { readonly limit: number; readonly open: number } {
  try {
    const most = /^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    return { limit: Number(most ?? Number.POSITIVE_INFINITY), open: readdirSync("/proc/self/fd").length };
  } catch {
    return { limit: Number.POSITIVE_INFINITY, open: 0 };
  }
}
