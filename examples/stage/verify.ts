import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { freePort } from "../../test/harness/ports.ts";
import type { ToolProcess } from "../../test/harness/tool.ts";
import { application, start, tool } from "./program.ts";
import { openStage, type Stage } from "./stage.ts";

/** What a scene of an example can use. */
interface Scene {
  readonly stage: Stage;
  /** The port of a service that the example's configuration names. */
  service(name: string): number;
  /** Starts one of `examples/apps`; it ends with the scene. */
  startApplication(name: string, environment?: Record<string, string>): ToolProcess;
  /** Starts any other program; it ends with the scene. */
  startProgram(command: string[], environment?: Record<string, string>): ToolProcess;
  /** `outrigger run` with the example's configuration and an application beside the tools; it ends with the scene. */
  run(name: string, environment?: Record<string, string>): ToolProcess;
  /** One of the tools, with the example's configuration; it ends with the scene. */
  startTool(name: Parameters<typeof tool>[0], args: string[], environment?: Record<string, string>): ToolProcess;
}

const gracePeriodMs = 5_000;

/** Resolves with the reason when the scene cannot be played on this machine. */
export type Play = (scene: Scene) => Promise<string | undefined>;

/**
 * Plays an example: each scene, named by a sentence about what must be observable, on a stage of its own. Prints what was
 * verified and how, and sets the exit status: 0, or 1 when a scene failed.
 */
export async function verify(
  folder: string,
  scenes: Record<string, Play>,
  { services = [] }: { services?: string[] } = {},
): Promise<void> {
  process.stdout.write(`${basename(folder)}, as plain processes:\n`);
  for (const [sentence, play] of Object.entries(scenes)) {
    try {
      const skipped = await playScene(folder, services, play);
      process.stdout.write(skipped === undefined ? `  ok      ${sentence}\n` : `  skipped ${sentence} (${skipped})\n`);
    } catch (error) {
      process.exitCode = 1;
      process.stdout.write(`  failed  ${sentence}\n${(error as Error).message}\n`);
    }
  }
  process.stdout.write("Not tried by this script: podman, Compose, a cluster.\n");
}

async function playScene(folder: string, services: string[], play: Play): Promise<string | undefined> {
  const ports: Record<string, number> = {};
  for (const name of services) ports[name] = await freePort();
  const configuration = join(folder, "outrigger.yaml");
  const stage = await openStage({
    ...(existsSync(configuration) && { configuration }),
    services: ports,
    ports: "free",
  });
  const running: ToolProcess[] = [];
  const launch = (command: string[], environment: Record<string, string> = {}) => {
    const program = start(command, { environment: { ...stage.environment, HOST: "127.0.0.1", ...environment } });
    running.push(program);
    return program;
  };
  try {
    return await play({
      stage,
      service: (name) => ports[name] ?? 0,
      startApplication: (name, environment) => launch(application(name), environment),
      startProgram: launch,
      run: (name, environment) =>
        launch([...tool("outrigger"), "run", "-c", stage.configuration, "--", ...application(name)], environment),
      startTool: (name, args, environment) =>
        launch(tool(name, ...args), { OUTRIGGER_CONFIG: stage.configuration, ...environment }),
    });
  } catch (error) {
    const lastWords = running.map(({ stderr }) => stderr.slice(-2000)).join("\n");
    throw new Error(`${(error as Error).stack}\nWhat the programs said:\n${lastWords}`, { cause: error });
  } finally {
    for (const program of running.reverse()) await end(program);
    stage.close();
  }
}

/** As the kubelet does: SIGTERM, and SIGKILL for what does not listen (a stopped process is continued first). */
async function end(program: ToolProcess): Promise<void> {
  program.signal("SIGCONT");
  const timer = setTimeout(() => program.signal("SIGKILL"), gracePeriodMs);
  await program.stop();
  clearTimeout(timer);
}
