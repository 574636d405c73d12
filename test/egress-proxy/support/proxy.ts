import { writeFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import { eventually } from "../../harness/eventually.ts";
import { get } from "../../harness/http.ts";
import { freePort } from "../../harness/ports.ts";
import { temporaryDirectory } from "../../harness/temporary.ts";
import { type LogRecord, startTool, type ToolProcess } from "../../harness/tool.ts";

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

/** Starts egress-proxy as a process of its own with this `egress` section. */
export async function startProxy(t: Pick<TestContext, "after">, egress: object): Promise<RunningProxy> {
  const file = path.join(temporaryDirectory(t), "outrigger.yaml");
  const [port, adminPort] = [await freePort("127.0.0.1"), await freePort()];
  const complete = (section: object) => ({ listen: `127.0.0.1:${port}`, admin: { port: adminPort }, ...section });
  writeFileSync(file, JSON.stringify({ egress: complete(egress) }));
  const tool = startTool("egress-proxy", ["--config", file], { test: t });
  await tool.waitFor('"msg":"listening"', { on: "stderr" });
  const metrics = async () => (await get(`http://127.0.0.1:${adminPort}/metrics`)).body;
  const reloads = () => tool.logs.filter(({ msg }) => /listening|configuration/.test(msg)).length;
  return {
    tool,
    port,
    adminPort,
    file,
    metrics,
    audit: (host) => tool.logs.filter((record) => record.msg === "egress" && (!host || record.host === host)),
    reload: async (next) => {
      const before = reloads();
      writeFileSync(file, typeof next === "string" ? next : JSON.stringify({ egress: complete(next) }));
      tool.signal("SIGHUP");
      await eventually(() => {
        if (reloads() === before) throw new Error(`no reload yet: ${tool.stderr.slice(-1000)}`);
      });
    },
  };
}
