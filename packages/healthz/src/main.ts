/** The command line of healthz. `probe` runs every few seconds in a container, so it loads nothing that it does not use. */
export async function main(argv: readonly string[]): Promise<void> {
  if (argv[0] === "probe") {
    const [{ probe }, { end }] = await Promise.all([import("./commands/probe.ts"), import("@outrigger/runtime/end")]);
    // Not by itself: a look-up behind a dead resolver would keep the process for longer than its three seconds.
    end(await probe(argv.slice(1)));
  }
  const [{ runTool }, { definition, normalizeArguments }] = await Promise.all([
    import("@outrigger/runtime/tool"),
    import("./tool.ts"),
  ]);
  await runTool(definition, normalizeArguments(argv));
}
