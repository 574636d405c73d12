/**
 * A laptop in place of a pod: the directories a container would mount become directories of one temporary folder, the names
 * of other services become local ports, and ports already taken become free ones. The configuration stays the same file
 * with these words replaced; the demo and every example's `verify.mjs` use it.
 */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { freePort } from "../../test/harness/ports.ts";

/** The directories that stand for volumes in the examples. */
const volumes = ["/logs", "/config-in", "/config-out", "/secrets", "/data", "/metrics", "/init", "/var/log"];

/** Every port of the tools, by the path of its key. */
const defaults = {
  "health.port": 8080,
  "metrics.port": 8081,
  "logs.admin.port": 9901,
  "egress.listen": 1080,
  "egress.admin.port": 9904,
};

type PortKey = keyof typeof defaults;

export interface StageOptions {
  /** The `outrigger.yaml` to play; a play without sidecars has none. */
  configuration?: string;
  /** Ports of services that run here, by what the configuration calls them: a name, or an address with its port. */
  services?: Record<string, number>;
  /** `defaults`: the documented ports where they are free; `free`: always others, so that tests can run side by side. */
  ports: "defaults" | "free";
}

export interface Stage {
  readonly directory: string;
  /** The configuration as the tools get it. */
  readonly configuration: string;
  /** Where a path of a container is here. */
  path(containerPath: string): string;
  port(key: PortKey): number;
  /** The environment of a tool: this process's, with the changed ports as `OUTRIGGER_…` variables. */
  readonly environment: NodeJS.ProcessEnv;
  /** Removes the temporary folder. */
  close(): void;
}

export async function openStage(options: StageOptions): Promise<Stage> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "outrigger-")));
  const path = (containerPath: string) => join(directory, containerPath);
  for (const volume of volumes) mkdirSync(path(volume), { recursive: true });
  const configuration = path("outrigger.yaml");
  const text = options.configuration === undefined ? "{}" : readFileSync(options.configuration, "utf8");
  writeFileSync(configuration, relocate(text, directory, options.services ?? {}));
  const ports = await choosePorts(options.ports);
  const sections = Object.keys(parse(text) as object);
  return {
    directory,
    configuration,
    path,
    port: (key) => ports[key],
    environment: { ...process.env, ...portVariables(ports, sections) },
    close: () => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** Puts `directory` in front of the volumes' paths, and local ports in place of the services'. */
function relocate(text: string, directory: string, services: Record<string, number>): string {
  const paths = new RegExp(`(?<![\\w.:/-])(?:${volumes.join("|")})(?![\\w.-])`, "g");
  let result = text.replace(paths, (volume) => directory + volume);
  for (const [name, port] of Object.entries(services)) {
    const [host] = name.split(":");
    const address = host === name ? `127.0.0.1:${port}` : `${host}:${port}`;
    result = result.replace(new RegExp(`(?<![\\w.-])${name}(?![\\w.-])`, "g"), address);
  }
  return result;
}

async function choosePorts(choice: StageOptions["ports"]): Promise<Record<PortKey, number>> {
  const entries = Object.entries(defaults).map(async ([key, port]) => {
    const keep = choice === "defaults" && (await isFree(port));
    return [key, keep ? port : await freePort()] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as Record<PortKey, number>;
}

/** A variable for a section that the file does not have would switch that section on. */
function portVariables(ports: Record<PortKey, number>, sections: readonly string[]): Record<string, string> {
  const keys = Object.keys(defaults) as PortKey[];
  const changed = keys.filter((key) => ports[key] !== defaults[key] && sections.includes(key.split(".")[0] ?? ""));
  return Object.fromEntries(
    changed.map((key) => [
      `OUTRIGGER_${key.toUpperCase().replaceAll(".", "__")}`,
      key === "egress.listen" ? `127.0.0.1:${ports[key]}` : String(ports[key]),
    ]),
  );
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
