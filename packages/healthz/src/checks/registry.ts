import type { Check, CheckContext } from "./check.ts";
import { createExecCheck, type ExecSpec } from "./exec.ts";
import { createFileCheck, type FileSpec } from "./file.ts";
import { createHttpCheck, type HttpSpec } from "./http.ts";
import { createProcessCheck, type ProcessSpec } from "./process.ts";
import { createTcpCheck, type TcpSpec } from "./tcp.ts";

/** What a check asks, by type. */
export type CheckSpec = HttpSpec | TcpSpec | FileSpec | ProcessSpec | ExecSpec;
export type CheckType = CheckSpec["type"];

const factories: { [T in CheckType]: (spec: Extract<CheckSpec, { type: T }>, context: CheckContext) => Check } = {
  http: createHttpCheck,
  tcp: createTcpCheck,
  file: createFileCheck,
  process: createProcessCheck,
  exec: createExecCheck,
};

/** Makes the check that a specification describes. */
export function createCheck(spec: CheckSpec, context: CheckContext): Check {
  const create = factories[spec.type] as (spec: CheckSpec, context: CheckContext) => Check;
  return create(spec, context);
}
