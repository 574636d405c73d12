// A Docker daemon of the tests' own: its images, containers and socket are in a directory that goes with it.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { openSync, rmSync } from "node:fs";
import path from "node:path";
import { eventually } from "../harness/eventually.ts";

/** Why there can be no daemon here, as the `skip` option of a test; false when there can be one. */
export function withoutDocker(): string | false {
  if (process.getuid?.() !== 0) return "starting a Docker daemon needs root";
  for (const program of ["dockerd", "docker-compose"]) {
    if (spawnSync(program, ["--version"]).status !== 0) return `no ${program}`;
  }
  return false;
}

export interface Output {
  code: number | null;
  stdout: string;
  stderr: string;
}

export class Docker {
  readonly #daemon: ChildProcess;
  readonly #directory: string;

  private constructor(daemon: ChildProcess, directory: string) {
    this.#daemon = daemon;
    this.#directory = directory;
  }

  /** Starts a daemon and waits until it answers. */
  static async start(directory: string): Promise<Docker> {
    const log = openSync(path.join(directory, "dockerd.log"), "w");
    const options = {
      host: `unix://${directory}/docker.sock`,
      "data-root": `${directory}/data`,
      "exec-root": `${directory}/run`,
      pidfile: `${directory}/docker.pid`,
    };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    const docker = new Docker(spawn("dockerd", args, { stdio: ["ignore", log, log] }), directory);
    await eventually(() => docker.output("docker", "version"), { ms: 60_000, every: 200 });
    return docker;
  }

  /** Runs a client against this daemon, with Docker's legacy builder; the caller judges the status. */
  run(command: "docker" | "docker-compose", ...args: string[]): Output {
    const env = { ...process.env, DOCKER_HOST: `unix://${this.#directory}/docker.sock`, DOCKER_BUILDKIT: "0" };
    const { status, stdout, stderr } = spawnSync(command, args, { env, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
    return { code: status, stdout, stderr };
  }

  /** The standard output of a client; throws when it fails. */
  output(command: "docker" | "docker-compose", ...args: string[]): string {
    const { code, stdout, stderr } = this.run(command, ...args);
    if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${stderr.slice(-2000)}`);
    return stdout.trim();
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#daemon.once("exit", resolve));
    this.#daemon.kill("SIGTERM");
    await ended;
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 5 });
  }
}
