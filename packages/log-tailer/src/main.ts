/** The command line of log-tailer. */
export async function main(argv: readonly string[]): Promise<void> {
  const [{ runTool }, { definition }] = await Promise.all([import("@outrigger/runtime/tool"), import("./tool.ts")]);
  await runTool(definition, argv);
}
