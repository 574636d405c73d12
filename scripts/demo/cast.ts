import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { application, tool } from "../../examples/stage/program.ts";
import { openStage, type Stage } from "../../examples/stage/stage.ts";
import { get } from "../../test/harness/http.ts";
import { freePort } from "../../test/harness/ports.ts";
import { type Exit, repository, type ToolProcess } from "../../test/harness/tool.ts";
import { type LogRecord, Processes } from "./processes.ts";
import type { Screen } from "./screen.ts";

const folder = join(repository, "examples", "demo");

/** Everything that runs in the demo. */
export interface Cast {
  readonly stage: Stage;
  /** Lines that the log-tailer wrote to its stdout. */
  readonly logLines: readonly string[];
  /** What the tools wrote to their own logs. */
  readonly records: readonly LogRecord[];
  /** Runs config-merge to its end. */
  mergeConfiguration(): Promise<Exit>;
  /** Starts the four long-running tools and waits until each says that it is ready. */
  startTools(): Promise<void>;
  startApplication(): ToolProcess;
  /** Repeats `attempt` until it does not fail, at most 20 s. */
  wait<T>(attempt: () => T | Promise<T>): Promise<T>;
  /** Ends everything in a pod's order and removes what was written; false when something did not end cleanly. */
  close(): Promise<boolean>;
}

/** Prepares the stage, with numbers-api already on it: it plays a service elsewhere. */
export async function openCast(screen: Screen, interrupted: AbortSignal): Promise<Cast> {
  const apiPort = await freePort();
  const configuration = join(folder, "outrigger.yaml");
  const stage = await openStage({ configuration, services: { "numbers-api": apiPort }, ports: "defaults" });
  copyFileSync(join(folder, "appsettings.json"), stage.path("/config-in/appsettings.json"));
  const processes = new Processes(screen, interrupted);
  const logLines: string[] = [];
  const environment = { ...stage.environment, OUTRIGGER_CONFIG: stage.configuration, OUTRIGGER_LOG_FORMAT: "json" };

  processes.keep("numbers-api", {
    command: application("numbers-api"),
    environment: { ...process.env, PORT: String(apiPort), HOST: "127.0.0.1" },
  });

  return {
    stage,
    logLines,
    records: processes.records,
    wait: (attempt) => processes.wait(attempt),
    mergeConfiguration() {
      const merging = { command: tool("config-merge"), environment: { ...environment, APP_ENVIRONMENT: "TEST" } };
      return processes.run("config-merge", merging).exited;
    },
    async startTools() {
      const onLine = (line: string) => {
        logLines.push(line);
        screen.line("application", line);
      };
      // The order of native sidecars: the log-tailer is the last to be stopped.
      processes.keep("log-tailer", { command: tool("log-tailer"), environment, onLine });
      for (const name of ["egress-proxy", "healthz", "metrics-exporter"] as const) {
        processes.keep(name, { command: tool(name), environment });
      }
      for (const probe of probesOf(stage)) await processes.wait(() => expectReady(probe));
    },
    startApplication: () =>
      processes.keep("application", {
        command: application("timecheck"),
        environment: {
          ...process.env,
          TIMECHECK_CONFIG: stage.path("/config-out/appsettings.json"),
          TIMECHECK_LOG: stage.path("/logs/timecheck.log"),
        },
      }),
    async close() {
      const clean = await processes.stop();
      stage.close();
      return clean;
    },
  };
}

/** Where each tool says that it is ready itself, whatever the application does. */
function probesOf({ port }: Stage): string[] {
  return [
    `http://127.0.0.1:${port("logs.admin.port")}/readyz`,
    `http://127.0.0.1:${port("egress.admin.port")}/readyz`,
    `http://127.0.0.1:${port("health.port")}/-/readyz`,
    `http://127.0.0.1:${port("metrics.port")}/-/readyz`,
  ];
}

async function expectReady(probe: string): Promise<void> {
  const { status } = await get(probe);
  if (status !== 200) throw new Error(`${probe} answers ${status}`);
}
