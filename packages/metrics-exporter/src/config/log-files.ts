/** The files of the section `logs`, which `metrics.logs` reads too when it names none. */

/** What is read: paths or globs, and which of them are left out. */
export interface LogSource {
  readonly files: readonly string[];
  readonly exclude?: readonly string[];
}

/**
 * Takes the sources out of the raw section `logs`. It is the log-tailer's to say what is wrong with it: whatever does not have
 * the expected shape is left out.
 */
export function sourcesOfLogs(logs: unknown): LogSource[] {
  if (!isMapping(logs)) return [];
  const shared = strings(logs.exclude);
  const entries = Array.isArray(logs.sources) ? logs.sources.filter(isMapping) : [];
  return [logs, ...entries].flatMap((entry) => {
    const files = strings(entry.files);
    const exclude = entry.exclude === undefined ? shared : strings(entry.exclude);
    return files.length > 0 ? [{ files, ...(exclude.length > 0 && { exclude }) }] : [];
  });
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function strings(value: unknown): string[] {
  const items = typeof value === "string" ? value.split(",").map((item) => item.trim()) : value;
  return Array.isArray(items) ? items.filter((item) => typeof item === "string" && item !== "") : [];
}
