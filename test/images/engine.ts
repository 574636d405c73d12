// The container engine of the tests, and containers that end with the test.
import { spawnSync } from "node:child_process";
import type { TestContext } from "node:test";
import { images } from "../../scripts/images/catalogue.ts";
import { atEnd } from "../harness/at-end.ts";
import { eventually } from "../harness/eventually.ts";

const engine = process.env.OUTRIGGER_ENGINE ?? "podman";

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs an engine's command to its end, whatever its status. */
export function engineResult(...args: string[]): Finished {
  const { status, stdout, stderr } = spawnSync(engine, args, {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    timeout: 60_000,
  });
  return { code: status, stdout: stdout ?? "", stderr: stderr ?? "" };
}

/** Runs an engine's command and returns its standard output; throws when it fails. */
export function engineOutput(...args: string[]): string {
  const { code, stdout, stderr } = engineResult(...args);
  if (code !== 0) throw new Error(`${engine} ${args.join(" ")} ended with ${code}: ${stderr}`);
  return stdout.trim();
}

/** Why the container tests cannot run here, as the `skip` option of a test; false when they can. */
export function withoutImages(): string | false {
  if (engineResult("info").code !== 0) return `no container engine (${engine})`;
  const missing = images.find(({ name }) => engineResult("image", "inspect", `outrigger/${name}`).code !== 0);
  return missing === undefined ? false : `image outrigger/${missing.name} is not built: npm run images`;
}

/** What Pod Security `restricted` and a read-only root ask for. */
export const restricted = [
  "--read-only",
  "--cap-drop",
  "ALL",
  "--security-opt",
  "no-new-privileges",
  "--memory",
  "64m",
];

/** A user that no image knows, in the group of root. */
export const anyUser = ["--user", "1000650000:0"];

/** A container in the background. */
export class Container {
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }

  /** What it has written so far, both streams apart. */
  get output(): { stdout: string; stderr: string } {
    return engineResult("logs", this.id);
  }

  async waitFor(wanted: RegExp, on: "stdout" | "stderr" = "stderr"): Promise<string> {
    return eventually(() => {
      const output = this.output[on];
      if (!wanted.test(output)) throw new Error(`${wanted} is not in the ${on} of the container:\n${output}`);
      return output;
    });
  }

  /** The paths that differ from the image. */
  changes(): string[] {
    return engineOutput("diff", this.id)
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.slice(2));
  }

  inspect<T>(format: string): T {
    return JSON.parse(engineOutput("inspect", "--format", `{{json ${format}}}`, this.id)) as T;
  }

  /** Sends SIGTERM as `stop` does. Resolves with the exit status and how long it took, in milliseconds. */
  stop(): { code: number; ms: number } {
    const began = performance.now();
    engineOutput("stop", "--time", "20", this.id);
    const ms = performance.now() - began;
    return { code: this.inspect<number>(".State.ExitCode"), ms };
  }
}

/** Starts a container that is removed, with its anonymous volumes, when the test is over. */
export function startContainer(t: Pick<TestContext, "after">, ...args: string[]): Container {
  const container = new Container(engineOutput("run", "--detach", ...args));
  atEnd(t, () => engineResult("rm", "--force", "--volumes", container.id));
  return container;
}
