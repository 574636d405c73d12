/** `metrics-exporter test --config FILE TESTS.yaml…`: do the rules make the samples that the tests expect? */
import { UsageError } from "@outrigger/runtime/errors";
import { print } from "@outrigger/runtime/output";
import { readAs } from "@outrigger/runtime/read-as";
import type { CommandContext } from "@outrigger/runtime/tool";
import type { MetricsConfig } from "../config.ts";
import { runTest } from "../rule-test/run.ts";
import { type RuleTest, testFileSchema } from "../rule-test/schema.ts";

/** Exit status 0 when all pass, 1 when one fails, 2 for a bad test file. */
export async function test({ args, load }: CommandContext<MetricsConfig>): Promise<number> {
  const { config, positionals } = await load(args);
  if (positionals.length === 0) throw new UsageError("name at least one test file: metrics-exporter test TESTS.yaml");
  const tests: RuleTest[] = [];
  for (const file of positionals) tests.push(...(await readAs(testFileSchema, file)).tests);
  let failed = false;
  for (const one of tests) {
    const problems = await runTest(one, config);
    failed ||= problems.length > 0;
    await print(
      problems.length === 0
        ? `ok ${one.name}\n`
        : `not ok ${one.name}\n${problems.map((text) => `  ${text}\n`).join("")}`,
    );
  }
  return failed ? 1 : 0;
}
