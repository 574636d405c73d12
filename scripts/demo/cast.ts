import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { application, start, tool } from "../../examples/stage/program.ts";
import { openStage, type Stage } from "../../examples/stage/stage.ts";
import { eventually } from "../../test/harness/eventually.ts";
import { get } from "../../test/harness/http.ts";
import { freePort } from "../../test/harness/ports.ts";
import { type Exit, repository, type ToolProcess } from "../../test/harness/tool.ts";
import type { Screen, Speaker } from "./screen.ts";

const folder = join(repository, "examples", "demo");

/** Everything that runs in the demo. */
export interface Cast {
  readonly stage: Stage;
  /** Lines that the log-tailer wrote to its stdout. */
  readonly logLines: readonly string[];
  /** What the tools wrote to their own logs. */
  readonly records: readonly Readonly<Record<string, unknown>>[];
  /** Runs config-merge to its end. */
  mergeConfiguration(): Promise<Exit>;
  /** Starts the four long-running tools and waits until each says that it is ready. */
  startTools(): Promise<void>;
  startApplication(): ToolProcess;
  /** Like `eventually`, given up when a process of the cast has ended unasked or the demo is interrupted. */
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
  const running: { speaker: Speaker; process: ToolProcess }[] = [];
  const logLines: string[] = [];
  const records: Record<string, unknown>[] = [];
  let closing = false;
  let failure: Error | undefined;

  const launch = (
    speaker: Speaker,
    command: string[],
    environment: NodeJS.ProcessEnv,
    onLine?: (line: string) => void,
  ) => {
    const onError = (line: string) => showRecord(screen, speaker, line, records);
    const process = start(command, { environment, ownGroup: true, onError, ...(onLine && { onLine }) });
    return process;
  };
  const keep = (speaker: Speaker, process: ToolProcess) => {
    running.push({ speaker, process });
    process.exited.then(({ code, signal }) => {
      if (!closing)
        failure = new Error(`${speaker} has ended unasked (${signal ?? `exit ${code}`}):\n${process.stderr}`);
    });
    return process;
  };
  const toolEnvironment = { ...stage.environment, OUTRIGGER_CONFIG: stage.configuration, OUTRIGGER_LOG_FORMAT: "json" };
  const startTool = (
    name: "log-tailer" | "egress-proxy" | "healthz" | "metrics-exporter",
    onLine?: (line: string) => void,
  ) => keep(name, launch(name, tool(name), toolEnvironment, onLine));
  const wait = <T>(attempt: () => T | Promise<T>) =>
    eventually(
      async () => {
        const stop = failure ?? (interrupted.aborted ? (interrupted.reason as Error) : undefined);
        return stop ? { stop } : { value: await attempt() };
      },
      { ms: 20_000, every: 50 },
    ).then((outcome) => {
      if ("stop" in outcome) throw outcome.stop;
      return outcome.value as T;
    });

  keep(
    "numbers-api",
    launch("numbers-api", application("numbers-api"), { ...process.env, PORT: `${apiPort}`, HOST: "127.0.0.1" }),
  );

  return {
    stage,
    logLines,
    records,
    wait,
    mergeConfiguration: () =>
      launch("config-merge", tool("config-merge"), { ...toolEnvironment, APP_ENVIRONMENT: "TEST" }).exited,
    async startTools() {
      startTool("log-tailer", (line) => {
        logLines.push(line);
        screen.line("application", line);
      });
      startTool("egress-proxy");
      startTool("healthz");
      startTool("metrics-exporter");
      const { port } = stage;
      const probes = [
        `http://127.0.0.1:${port("logs.admin.port")}/readyz`,
        `http://127.0.0.1:${port("egress.admin.port")}/readyz`,
        `http://127.0.0.1:${port("health.port")}/-/readyz`,
        `http://127.0.0.1:${port("metrics.port")}/-/readyz`,
      ];
      for (const probe of probes) {
        await wait(async () => {
          const { status } = await get(probe);
          if (status !== 200) throw new Error(`${probe} answers ${status}`);
        });
      }
    },
    startApplication() {
      const environment = {
        ...process.env,
        TIMECHECK_CONFIG: stage.path("/config-out/appsettings.json"),
        TIMECHECK_LOG: stage.path("/logs/timecheck.log"),
      };
      return keep("application", launch("application", application("timecheck"), environment));
    },
    async close() {
      closing = true;
      let clean = true;
      // The application first, then the sidecars in reverse order of their start, each after the one before.
      for (const { speaker, process } of running.reverse()) {
        const wasRunning = process.running;
        process.signal("SIGCONT");
        const { code } = await process.stop();
        if (wasRunning) screen.line(speaker, `ended with exit status ${code}`);
        clean &&= code === 0;
      }
      stage.close();
      return clean;
    },
  };
}

/** Shows what matters of a tool's own log (warnings, errors, what the proxy decided) as a person would read it. */
function showRecord(screen: Screen, speaker: Speaker, line: string, records: Record<string, unknown>[]): void {
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(line) as Record<string, unknown>;
  } catch {
    screen.line(speaker, line);
    return;
  }
  records.push(record);
  const { time: _time, tool: _tool, level, msg, ...fields } = record;
  if (msg !== "egress" && level !== "warn" && level !== "error") return;
  const details = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
  screen.line(speaker, `log, ${level}: ${[msg, ...details].join(" ")}`);
}
