import { Secret } from "@outrigger/runtime/secrets";
import type { CheckSpec } from "./checks/registry.ts";
import type { Schedule } from "./runner.ts";

/** A check as configured, defaults filled in. */
export interface CheckDefinition extends Schedule {
  name: string;
  /** Also decides `/livez`. */
  live: boolean;
  /** False: shown as WARN when it fails, and fails no aggregate endpoint. */
  critical: boolean;
  spec: CheckSpec;
}

/** Equal for equal definitions, secrets included: not for showing. */
export function fingerprint(definition: CheckDefinition): string {
  const visible = JSON.stringify(definition, (_key, value: unknown) =>
    value instanceof RegExp ? String(value) : value,
  );
  return JSON.stringify([visible, revealed(definition.spec)]);
}

/** `JSON.stringify` calls `toJSON`, which hides a secret, before its replacer sees the value. */
function revealed(value: unknown): string[] {
  if (value instanceof Secret) return [value.reveal()];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(revealed);
}
