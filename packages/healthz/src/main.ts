/** The command line of healthz. `probe` runs every few seconds in a container, so it loads nothing that it does not use. */
export async function main(argv: readonly string[]): Promise<void> {
  if (argv[0] === "probe") {
    const { probe } = await import("./commands/probe.ts");
    process.exitCode = await probe(argv.slice(1));
    return;
  }
  const [{ runTool }, { definition, normalizeArguments }] = await Promise.all([
    import("@outrigger/runtime/tool"),
    import("./tool.ts"),
  ]);
  await runTool(definition, normalizeArguments(argv));
}
