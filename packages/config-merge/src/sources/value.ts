import { untypedText } from "@outrigger/formats/coerce";
import type { Node } from "@outrigger/formats/node";
import { plainOrigin } from "@outrigger/formats/origin";
import { Problem } from "@outrigger/formats/problem";
import { isUnresolved, unresolved } from "./environment.ts";
import { decode, readSource, singleValue } from "./read.ts";
import type { Volumes } from "./volumes.ts";

export interface ValueContext {
  readonly environment: NodeJS.ProcessEnv;
  readonly volumes: Volumes;
  /** What the value is for: the path and the output. */
  readonly purpose: string;
}

/**
 * What the text of an assignment stands for: `env:NAME`, `env:NAME:-default` (when unset or empty), `file:/path`, or
 * itself. The result has no type of its own. An unset variable is exit status 5, an unreadable file 3.
 */
export function resolveText(text: string, { environment, volumes, purpose }: ValueContext): Node {
  const variable = /^env:(.+?)(?::-(.*))?$/s.exec(text);
  if (variable !== null) return fromVariable(variable[1] as string, variable[2], environment, purpose);
  const file = /^file:(\/.*)$/s.exec(text)?.[1];
  if (file !== undefined) {
    const value = singleValue(decode(readSource(volumes.resolve(file), file), file));
    return untypedText(value, plainOrigin(`file:${file}`, { secret: true, untyped: true }));
  }
  if (isUnresolved(text)) throw unresolved("the value", purpose);
  return untypedText(text, plainOrigin("set", { untyped: true }));
}

function fromVariable(
  name: string,
  fallback: string | undefined,
  environment: NodeJS.ProcessEnv,
  purpose: string,
): Node {
  const value = environment[name];
  if (fallback !== undefined && (value === undefined || value === "")) {
    return untypedText(fallback, plainOrigin("set", { untyped: true }));
  }
  if (value === undefined) {
    throw new Problem("value", `the environment variable ${name} is not set; ${purpose} needs it`, {
      hint: `set it in the container's env, or give a default: env:${name}:-VALUE`,
    });
  }
  if (isUnresolved(value)) throw unresolved(`env:${name}`, purpose);
  return untypedText(value, plainOrigin(`env:${name}`, { secret: true, untyped: true }));
}
