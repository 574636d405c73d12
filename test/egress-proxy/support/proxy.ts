import { renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import { atEnd } from "../../harness/at-end.ts";
import { eventually } from "../../harness/eventually.ts";
import { get } from "../../harness/http.ts";
import { freePort } from "../../harness/ports.ts";
import { temporaryDirectory } from "../../harness/temporary.ts";
import { type LogRecord, startTool, type ToolProcess } from "../../harness/tool.ts";
import { endArrivals } from "./witness/arrivals.ts";
import { beginTrial, endTrial } from "./witness/trial.ts";

export interface RunningProxy {
  readonly tool: ToolProcess;
  /** Where the proxy listens. */
  readonly port: number;
  readonly adminPort: number;
  readonly file: string;
  /** Audit records so far, optionally of one host. */
  audit(host?: string): LogRecord[];
  metrics(): Promise<string>;
  /** Writes a new configuration and waits until the process has taken or refused it. */
  reload(egress: object | string): Promise<void>;
}

export interface ProxyOptions {
  /** Further arguments of the command line. */
  readonly args?: readonly string[];
  /**
   * Write only the audit lines the configuration asks for. Otherwise all are written, and when the proxy ends they must
   * explain everything that reached a server of the tests; `audit()` still gives those of the configured level.
   */
  readonly ownAudit?: boolean;
}

/** Starts egress-proxy as a process of its own with this `egress` section. */
export async function startProxy(
  t: Pick<TestContext, "after">,
  egress: object,
  { args = [], ownAudit = false }: ProxyOptions = {},
): Promise<RunningProxy> {
  const file = path.join(temporaryDirectory(t), "outrigger.yaml");
  const [port, adminPort] = [await freePort("127.0.0.1"), await freePort()];
  const sections: Section[] = [];
  const complete = (section: Section) => {
    sections.push(section);
    return JSON.stringify({ egress: { listen: `127.0.0.1:${port}`, admin: { port: adminPort }, ...section } });
  };
  writeFileSync(file, complete(egress));
  const env = ownAudit ? {} : { OUTRIGGER_EGRESS__AUDIT: "all" };
  const tool = startTool("egress-proxy", ["--config", file, ...args], { env });
  beginTrial(tool);
  atEnd(t, async () => {
    await end(tool);
    endTrial(tool, { records: auditRecords(tool), targets: targetsOf([...sections, { routes: routesIn(args) }]) });
  });
  await tool.waitFor('"msg":"listening"', { on: "stderr" });
  const metrics = async () => (await get(`http://127.0.0.1:${adminPort}/metrics`)).body;
  // The last word on a reload: what was said before it is about the same one.
  const reloads = () =>
    tool.logs.filter(({ msg }) => /^configuration reloaded|^the new configuration/.test(msg)).length;
  return {
    tool,
    port,
    adminPort,
    file,
    metrics,
    audit: (host) =>
      auditRecords(tool).filter(
        (record) => (!host || record.host === host) && (ownAudit || isWanted(record, sections.at(-1)?.audit)),
      ),
    reload: async (next) => {
      const before = reloads();
      // Renamed: a file that is watched must not be seen while it is empty.
      writeFileSync(`${file}.next`, typeof next === "string" ? next : complete(next));
      renameSync(`${file}.next`, file);
      tool.signal("SIGHUP");
      await eventually(() => {
        if (reloads() === before) throw new Error(`no reload yet: ${tool.stderr.slice(-1000)}`);
      });
    },
  };
}

/** The keys of an `egress` section that matter here. */
interface Section {
  audit?: string;
  routes?: Record<string, string | { upstreams: string[] }>;
}

function auditRecords(tool: ToolProcess): LogRecord[] {
  return tool.logs.filter(({ msg }) => msg === "egress");
}

/** Whether a proxy with this `audit` setting would have written the record. */
function isWanted({ verdict, wouldDeny }: LogRecord, audit = "denied"): boolean {
  return audit === "all" || (audit === "denied" && (verdict === "denied" || wouldDeny === true));
}

/** How long a proxy that is stopped may go on, in milliseconds: what is killed leaves no audit records. */
const STOP_PATIENCE = 10_000;

/** Ends what tests left open, so that it gets its audit record, then the proxy. */
async function end(tool: ToolProcess): Promise<void> {
  endArrivals();
  // A second signal would end it at once, without records of what is still open.
  if (!tool.stderr.includes('"msg":"stopping"')) tool.signal("SIGTERM");
  const patience = setTimeout(() => tool.signal("SIGKILL"), STOP_PATIENCE);
  await tool.exited;
  clearTimeout(patience);
}

/** What `--route FROM=TO` adds. */
function routesIn(args: readonly string[]): Record<string, string> {
  const values = args.filter((_, index) => args[index - 1] === "--route");
  return Object.fromEntries(values.map((value) => value.split("=") as [string, string]));
}

/** The upstreams of every route of all configurations. */
function targetsOf(sections: readonly Section[]): Map<string, Set<string>> {
  const targets = new Map<string, Set<string>>();
  for (const [from, to] of sections.flatMap(({ routes = {} }) => Object.entries(routes))) {
    const upstreams = targets.get(from) ?? new Set();
    targets.set(from, upstreams);
    for (const upstream of typeof to === "string" ? [to] : to.upstreams) upstreams.add(upstream);
  }
  return targets;
}
