import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";

/** A fresh directory of this test's own, removed when the test is over. */
export function temporaryDirectory(t: Pick<TestContext, "after">): string {
  const directory = realpathSync(mkdtempSync(path.join(tmpdir(), "outrigger-test-")));
  t.after(() => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }));
  return directory;
}
