import type { Report } from "./finding.ts";

/** Names that people confuse, and templates that match anything. `input` is the valid section as written. */
export function checkMetrics(input: unknown, report: Report): void {
  const { logs } = input as { logs?: { rules?: Record<string, unknown> } };
  const seen = new Map<string, string>();
  for (const [name, rule] of Object.entries(logs?.rules ?? {})) {
    const path = ["metrics", "logs", "rules", name];
    const twin = seen.get(name.toLowerCase());
    if (twin !== undefined) report.warning(path, `differs from ${twin} in case only; rename one of them`);
    seen.set(name.toLowerCase(), name);
    const template = typeof rule === "string" ? rule : (rule as { match?: unknown } | null)?.match;
    if (typeof template === "string" && /^\{\w+(?::\w+)?\}/.test(template)) {
      report.warning(path, "begins with a capture, which takes whatever comes before; begin with literal text");
    }
  }
}
