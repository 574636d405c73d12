// One line per test file as it ends, every failure in full, and a last line "N passed, N failed, N skipped".
import path from "node:path";
import type { TestEvent } from "node:test/reporters";

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

const count = ({ passed, failed, skipped }: Tally) => `${passed} passed, ${failed} failed, ${skipped} skipped`;

/** Reporter for `node --test`: leaf tests are counted, suites are not. */
export default async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const total: Tally = { passed: 0, failed: 0, skipped: 0 };
  const files = new Map<string, Tally>();
  /** The files whose line has been written: those that came to their end. */
  const reported = new Set<string>();
  /** The last words of every file on stderr, shown when it fails outside of its tests. */
  const complaints = new Map<string, string>();
  /** The names of the suites around the test that is reported next, by file. */
  const suites = new Map<string, string[]>();
  for await (const event of source) {
    if (event.type === "test:summary" && event.data.file !== undefined) {
      const { file, duration_ms: milliseconds } = event.data;
      const tally = files.get(file);
      if (tally) yield fileLine(file, tally, milliseconds);
      reported.add(file);
      continue;
    }
    if (event.type === "test:start") {
      const { file = "", name, nesting } = event.data;
      suites.set(file, [...(suites.get(file) ?? []).slice(0, nesting), name]);
    }
    if (event.type === "test:stderr" || event.type === "test:stdout") {
      const { file, message } = event.data;
      if (process.env.TEST_OUTPUT) yield message;
      if (event.type === "test:stderr") {
        const known = complaints.get(path.resolve(file)) ?? "";
        complaints.set(path.resolve(file), (known + message).slice(-2000));
      }
      continue;
    }
    if (event.type !== "test:pass" && event.type !== "test:fail") continue;
    const { name, file = "", details, skip } = event.data;
    const isFile = file !== "" && path.resolve(name) === file;
    if (isFile) {
      const tally = files.get(file);
      const failedToLoad = event.type === "test:fail" && !tally?.failed;
      if (failedToLoad) {
        total.failed += 1;
        yield `\nnot ok ${name}\n${explain((details as { error?: unknown }).error)}\n${complaints.get(file) ?? ""}`;
      }
      continue;
    }
    if (details.type === "suite") {
      if (event.type === "test:fail" && !isSubtestFailure((details as { error?: unknown }).error))
        yield `\nsuite failed: ${name}\n${explain((details as { error?: unknown }).error)}\n`;
      continue;
    }
    const tally = files.get(file) ?? { passed: 0, failed: 0, skipped: 0 };
    files.set(file, tally);
    const outcome = skip !== undefined && skip !== false ? "skipped" : event.type === "test:pass" ? "passed" : "failed";
    tally[outcome] += 1;
    total[outcome] += 1;
    if (outcome === "skipped") yield `skipped ${name}${typeof skip === "string" ? ` (${skip})` : ""}\n`;
    if (event.type === "test:fail" && outcome === "failed") {
      const names = (suites.get(file) ?? [name]).join(" > ");
      yield `\nnot ok ${path.relative(process.cwd(), file)}: ${names}\n${explain((details as { error?: unknown }).error)}\n`;
    }
  }
  for (const [file, tally] of files) if (!reported.has(file)) yield fileLine(file, tally);
  yield `${count(total)}\n`;
}

function fileLine(file: string, tally: Tally, milliseconds?: number): string {
  const time = milliseconds === undefined ? "not over" : `${(milliseconds / 1000).toFixed(1)} s`;
  return `${path.relative(process.cwd(), file)}: ${count(tally)} (${time})\n`;
}

function isSubtestFailure(error: unknown): boolean {
  return (error as { failureType?: string } | undefined)?.failureType === "subtestsFailed";
}

function explain(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause ?? error);
}
