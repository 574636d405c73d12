// Loaded before every test file: one that something keeps alive (a server, a socket) ends and fails, as `--test-timeout` ends
// tests and not files.
const PATIENCE_MS = Number(process.env.TEST_FILE_TIMEOUT_MS ?? 420_000);

// The runner itself loads this too, and may take as long as it likes.
if (process.env.NODE_TEST_CONTEXT !== undefined) {
  setTimeout(() => {
    const held = process.getActiveResourcesInfo().join(", ");
    process.stderr.write(`not over after ${PATIENCE_MS / 1000} s; what keeps it alive: ${held}\n`, () =>
      process.exit(1),
    );
  }, PATIENCE_MS).unref();
}
