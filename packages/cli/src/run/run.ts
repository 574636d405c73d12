import { constants } from "node:os";
import { onFirstSignal } from "@outrigger/runtime/early";
import { UsageError } from "@outrigger/runtime/errors";
import { reportError } from "@outrigger/runtime/exit";
import { createLog, type Log, logOptionsFrom } from "@outrigger/runtime/log";
import { type Invocation, loadOptions } from "../command.ts";
import { loadFile, type Sections } from "../configuration.ts";
import { type Application, startApplication } from "./application.ts";
import { mergeConfiguration } from "./config.ts";
import { inForeground } from "./foreground.ts";
import { type RunningTool, startServices, stopServices } from "./services.ts";
import { proxyWiring } from "./wiring.ts";

/** How long an application may take to end after SIGTERM: a pod's default grace period. */
const gracePeriodMs = 30_000;

/**
 * `outrigger run`: `config` to its end, then the other sections in this process until they listen, then the application.
 * Resolves with the application's exit status, or without one with 0 after a signal; with config-merge's own status, or 1,
 * when something before the application failed.
 */
export async function run({ options, rest: command }: Invocation): Promise<number> {
  const { options: logOptions } = logOptionsFrom(process.env);
  const log = createLog("outrigger", logOptions);
  const signalled = new Promise<NodeJS.Signals>((resolve) => onFirstSignal(resolve));
  const load = await loadOptions(options);
  const sections = await loadFile(load);
  const { config, ...services } = sections;
  if (Object.keys(sections).length === 0 && command.length === 0) {
    throw new UsageError("nothing to run: the configuration has no section; name a file with -c");
  }

  const merging = config && (await mergeConfiguration(config, load, logOptions));
  if (merging && merging.status !== 0) return merging.status;
  if (Object.keys(services).length === 0 && command.length === 0) return 0;

  const running = await startServices(services, load, logOptions);
  const ready = await Promise.race([allReady(running), signalled]);
  if (typeof ready === "number") {
    await stopServices(running);
    return ready;
  }
  if (ready !== undefined) {
    await stopServices(running);
    return command.length > 0 ? 128 + constants.signals[ready] : 0;
  }
  const reloading = [...running, ...(merging ? [merging] : [])].map((tool) => tool.keepReloading());
  const toolsEnded = watchEnds(running);

  const application = command.length > 0 ? startApplication(command, environmentFor(sections, log)) : undefined;
  const status = application
    ? await outlive(application, signalled, log)
    : await Promise.race([signalled.then(() => 0), toolsEnded]);

  for (const watch of reloading) watch.stop();
  const stopped = await stopServices(running);
  return application ? status : Math.max(status, stopped);
}

/** Resolves with nothing once every tool works, or with the exit status of the first that cannot. */
async function allReady(running: readonly RunningTool[]): Promise<number | undefined> {
  const failures = running.map(({ service, log }) =>
    service.ready.then(
      () => undefined,
      (error: unknown) => reportError(log, error),
    ),
  );
  const statuses = await Promise.all(failures);
  return statuses.find((status) => status !== undefined);
}

/**
 * A tool that ends by itself does not take the others with it. Resolves with the highest status once all have ended, never
 * when one of them has no end of its own.
 */
async function watchEnds(running: readonly RunningTool[]): Promise<number> {
  const ends = running.map(async ({ service, log }) => {
    const status = await (service.done ?? new Promise<never>(() => {}));
    if (status !== 0) log.error("the tool ended by itself; the others go on", { status });
    return status;
  });
  return Math.max(...(await Promise.all(ends)));
}

/** Waits for the application's end, passing on the signal that asks for it. Resolves with its exit status. */
async function outlive(application: Application, signalled: Promise<NodeJS.Signals>, log: Log): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  signalled.then((signal) => {
    log.info("stopping the application, then the tools", { signal });
    if (signal !== "SIGINT" || !inForeground()) application.signal(signal);
    timer = setTimeout(() => {
      log.error("the application did not end in time and is killed", { graceMs: gracePeriodMs });
      application.signal("SIGKILL");
    }, gracePeriodMs);
  });
  const { status, problem } = await application.ended;
  clearTimeout(timer);
  if (problem) log.error(problem);
  else log.info("the application has ended", { status });
  return status;
}

function environmentFor({ egress }: Sections, log: Log): NodeJS.ProcessEnv {
  if (egress === undefined) return process.env;
  const { listen, routes } = egress.config;
  const { variables, kept } = proxyWiring(
    listen,
    routes.map(({ from }) => from.text),
    process.env,
  );
  if (kept.length > 0) {
    log.warn("the application keeps its own proxy variables; unset them to lead it through the egress proxy", { kept });
  }
  return { ...process.env, ...variables };
}
