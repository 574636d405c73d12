import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** A fresh directory of this test's own (or of this suite's, with `{ after }` of node:test), removed when it is over. */
export function temporaryDirectory(t: { after(hook: () => void): void }): string {
  const directory = realpathSync(mkdtempSync(path.join(tmpdir(), "outrigger-test-")));
  t.after(() => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }));
  return directory;
}
