import { isUtf8 } from "node:buffer";
import type { Write } from "../output/transaction.ts";
import type { BuiltOutput } from "../run.ts";
import { writeOut } from "../stdout.ts";
import { masked, maskText } from "./masked.ts";
import { type Side, unifiedDiff } from "./unified.ts";

/** `--diff`: a unified diff of every output that would change, with secret values masked. */
export async function printDiffs(outputs: readonly BuiltOutput[], writes: readonly Write[]): Promise<void> {
  const existing = new Map(writes.map(({ target }) => [target.shown, target.existing?.bytes]));
  for (const output of outputs) {
    const before = output.plan.target === undefined ? undefined : existing.get(output.plan.target);
    const name = output.plan.target ?? "stdout";
    const diff = unifiedDiff(sideOf(output, before, name), sideOf(output, output.bytes, name));
    if (diff !== "") await writeOut(Buffer.from(diff));
  }
}

function sideOf(output: BuiltOutput, bytes: Buffer | undefined, name: string): Side {
  if (bytes === undefined) return { name: "/dev/null", text: "", shown: "" };
  // Latin-1 keeps every byte apart; what cannot be shown is masked below.
  const text = isUtf8(bytes) ? bytes.toString("utf8") : bytes.toString("latin1");
  return { name, text, shown: shownOf(output, text) };
}

function shownOf({ build, plan }: BuiltOutput, text: string): string {
  if (build !== undefined) return maskText(text, build.format, build.tree.root);
  // Configured content is no secret; a file whose format is unknown may hold any.
  return plan.body.kind === "content" ? text : masked(text);
}
