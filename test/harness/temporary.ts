import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { atEnd, type Scope } from "./at-end.ts";

/** A fresh directory of this test's own, removed when it is over and what it started later has ended. */
export function temporaryDirectory(t: Scope): string {
  const directory = realpathSync(mkdtempSync(path.join(tmpdir(), "outrigger-test-")));
  // A process that was killed a moment ago may still be writing there.
  atEnd(t, () => rmSync(directory, { recursive: true, force: true, maxRetries: 10 }));
  return directory;
}
