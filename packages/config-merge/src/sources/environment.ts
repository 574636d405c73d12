import { Problem } from "@outrigger/formats/problem";
import type { NamedValue } from "./directory.ts";
import { segmentsOf } from "./names.ts";

/**
 * The variables that start with `prefix`, without it; `__` and `:` separate keys. Others are never looked at. In
 * order of their names. The kubelet leaves `$(NAME)` behind when it cannot resolve a reference: that is exit status 5.
 */
export function readEnvironment(
  prefix: string,
  environment: NodeJS.ProcessEnv,
  report: (problem: Problem) => void,
): NamedValue[] {
  const values: NamedValue[] = [];
  for (const name of Object.keys(environment).sort()) {
    if (!name.startsWith(prefix) || name.length === prefix.length) continue;
    const text = environment[name] as string;
    const origin = `env:${name}`;
    const keys = segmentsOf(name.slice(prefix.length), /__|:/);
    if (isUnresolved(text)) report(unresolved(origin, keys.join(".")));
    else values.push({ keys, text, origin });
  }
  return values;
}

/** Whether a value is, as a whole, a reference that the kubelet could not resolve. */
export function isUnresolved(text: string): boolean {
  return /^\$\([-._A-Za-z][-._A-Za-z0-9]*\)$/.test(text);
}

export function unresolved(origin: string, path: string): Problem {
  return new Problem("value", `${origin} for ${path} is a $(NAME) reference that the kubelet left unresolved`, {
    hint: "define the referenced variable earlier in the container's env; write $$(NAME) for that very text",
  });
}
