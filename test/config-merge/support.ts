import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import { temporaryDirectory } from "../harness/temporary.ts";
import { runTool } from "../harness/tool.ts";

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The messages of the tool's own log. */
  readonly messages: readonly string[];
}

/** A directory of a test, in which config-merge runs. */
export class Workspace {
  readonly directory: string;

  constructor(test: TestContext) {
    this.directory = temporaryDirectory(test);
  }

  path(name: string): string {
    return path.join(this.directory, name);
  }

  /** Writes a file, its directories included. Returns its path. */
  write(name: string, content: string | Buffer, mode = 0o644): string {
    const file = this.path(name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content, { mode });
    return file;
  }

  read(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  /** The names in a directory, hidden ones included. */
  list(name: string): string[] {
    return readdirSync(this.path(name)).sort();
  }

  /** Runs config-merge here to its end. */
  async merge(args: readonly string[], env: Record<string, string> = {}): Promise<Result> {
    const { code, stdout, stderr, logs } = await runTool("config-merge", args, { cwd: this.directory, env });
    return { code, stdout, stderr, messages: logs.map(({ msg }) => msg) };
  }

  /** Runs config-merge with a configuration file of this text. */
  async configured(config: string, args: readonly string[] = [], env: Record<string, string> = {}): Promise<Result> {
    return this.merge(["--config", this.write("outrigger.yaml", config), ...args], env);
  }
}
