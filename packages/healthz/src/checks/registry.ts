import type { Check, CheckContext } from "./check.ts";
import type { DiskSpec } from "./disk.ts";
import type { DnsSpec } from "./dns.ts";
import type { ExecSpec } from "./exec.ts";
import type { FileSpec } from "./file.ts";
import type { GrpcSpec } from "./grpc.ts";
import type { HttpSpec } from "./http.ts";
import type { LogSpec } from "./log.ts";
import type { MetricSpec } from "./metric.ts";
import type { PostgresSpec } from "./postgres.ts";
import type { ProcessSpec } from "./process.ts";
import type { RedisSpec } from "./redis.ts";
import type { TcpSpec } from "./tcp.ts";

/** What a check asks, by type. */
export type CheckSpec =
  | HttpSpec
  | TcpSpec
  | GrpcSpec
  | ExecSpec
  | ProcessSpec
  | FileSpec
  | LogSpec
  | DiskSpec
  | DnsSpec
  | RedisSpec
  | PostgresSpec
  | MetricSpec;
export type CheckType = CheckSpec["type"];

type Factory<S extends CheckSpec> = (spec: S, context: CheckContext) => Check;
type Loaders = { [T in CheckType]: () => Promise<Factory<Extract<CheckSpec, { type: T }>>> };

// Loaded on demand: a sidecar pays in memory and start-up only for the types it uses.
const loaders: Loaders = {
  http: () => import("./http.ts").then(({ createHttpCheck }) => createHttpCheck),
  tcp: () => import("./tcp.ts").then(({ createTcpCheck }) => createTcpCheck),
  grpc: () => import("./grpc.ts").then(({ createGrpcCheck }) => createGrpcCheck),
  exec: () => import("./exec.ts").then(({ createExecCheck }) => createExecCheck),
  process: () => import("./process.ts").then(({ createProcessCheck }) => createProcessCheck),
  file: () => import("./file.ts").then(({ createFileCheck }) => createFileCheck),
  log: () => import("./log.ts").then(({ createLogCheck }) => createLogCheck),
  disk: () => import("./disk.ts").then(({ createDiskCheck }) => createDiskCheck),
  dns: () => import("./dns.ts").then(({ createDnsCheck }) => createDnsCheck),
  redis: () => import("./redis.ts").then(({ createRedisCheck }) => createRedisCheck),
  postgres: () => import("./postgres.ts").then(({ createPostgresCheck }) => createPostgresCheck),
  metric: () => import("./metric.ts").then(({ createMetricCheck }) => createMetricCheck),
};

/** Makes the check that a specification describes; its module is loaded in the background. */
export function createCheck(spec: CheckSpec, context: CheckContext): Check {
  const load = loaders[spec.type] as () => Promise<Factory<CheckSpec>>;
  let check: Check | undefined;
  const loaded = load().then((create) => {
    check = create(spec, context);
    return check;
  });
  // A check that cannot be made (a glob that means nothing) says so at each of its runs.
  const made = loaded.catch(() => undefined);
  const runLoaded = async (signal: AbortSignal) => {
    const first = await loaded;
    // A signal that was aborted meanwhile would never tell: the check would run without an end.
    signal.throwIfAborted();
    return first.run(signal);
  };
  return {
    run: (signal) => check?.run(signal) ?? runLoaded(signal),
    close: async () => (await made)?.close?.(),
  };
}
