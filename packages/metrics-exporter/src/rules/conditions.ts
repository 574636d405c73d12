/** `when`: which of the records that match a rule counts. */
import type { Condition, ReportProblem, Scalar } from "./definition.ts";
import type { Fields } from "./fields.ts";

/** Whether the captured text satisfies a condition. */
export type Test = (text: string) => boolean;

/** Compiles a mapping of fields to conditions into one question about the slots. */
export function compileConditions(
  when: Readonly<Record<string, Condition>>,
  fields: Fields,
  report: ReportProblem,
): (slots: readonly string[]) => boolean {
  const tests: [slot: number, test: Test][] = [];
  for (const [name, condition] of Object.entries(when)) {
    const slot = fields.slotOf(name);
    if (slot === undefined) report(["when", name], `there is no capture or field "${name}"${fields.advice(name)}`);
    else tests.push([slot, compileCondition(condition)]);
  }
  return (slots) => {
    for (const [slot, test] of tests) if (!test(slots[slot] as string)) return false;
    return true;
  };
}

/** A scalar is equality as text, a list is any of its items, and a string may begin with a comparison. */
export function compileCondition(condition: Condition): Test {
  if (Array.isArray(condition)) {
    const accepted = new Set((condition as readonly Scalar[]).map(String));
    return (text) => accepted.has(text);
  }
  const wanted = String(condition);
  const [, operator, operand = ""] = /^(>=|<=|!=|>|<)\s*(.*)$/s.exec(wanted) ?? [];
  if (typeof condition !== "string" || operator === undefined) return (text) => text === wanted;
  const number = numberOf(operand);
  if (operator === "!=") return (text) => text !== operand && (Number.isNaN(number) || numberOf(text) !== number);
  const compare = comparisons[operator as keyof typeof comparisons];
  return (text) => compare(numberOf(text), number);
}

const comparisons = {
  ">=": (a: number, b: number) => a >= b,
  "<=": (a: number, b: number) => a <= b,
  ">": (a: number, b: number) => a > b,
  "<": (a: number, b: number) => a < b,
};

function numberOf(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text.replaceAll(",", ""));
}
