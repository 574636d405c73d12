import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { systemCode } from "@outrigger/runtime/errors";
import { adoptGroup } from "@outrigger/runtime/process-groups";
import { CheckFailure } from "../failure.ts";
import type { Check } from "./check.ts";
import { endGroup } from "./process-group.ts";

type Child = ChildProcessByStdio<null, Readable, Readable>;

export interface ExecSpec {
  type: "exec";
  /** The program and its arguments; no shell reads them. */
  command: readonly [string, ...string[]];
}

const KEPT_OUTPUT_BYTES = 4096;

/** Good when the command exits with 0. It runs in a process group of its own, of which nothing outlives the run. */
export function createExecCheck({ command }: ExecSpec): Check {
  return {
    async run(signal) {
      const [program, ...args] = command;
      const child = spawn(program, args, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
      const output = keepOutput(child);
      const group = child.pid;
      if (group !== undefined) adoptGroup(group);
      const trouble = await Promise.race([ended(child), aborted(signal)]);
      // What the command left behind would hold the pipes open, and grow in number run by run.
      if (group !== undefined) await endGroup(group);
      child.stdout.destroy();
      child.stderr.destroy();
      if (trouble !== undefined) throw new CheckFailure(trouble.kind, withOutput(trouble.text, output()));
    },
  };
}

interface Trouble {
  kind: string;
  text: string;
}

/** Resolves when the command itself has ended: with nothing when it exited with 0. */
function ended(child: Child): Promise<Trouble | undefined> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(notStarted(error)));
    child.once("exit", (status, signal) => {
      if (status === 0) resolve(undefined);
      else if (signal !== null) resolve({ kind: `ended by ${signal}`, text: `ended by ${signal}` });
      else resolve({ kind: `exit status ${status}`, text: `exit status ${status}` });
    });
  });
}

function aborted(signal: AbortSignal): Promise<Trouble> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve({ kind: "timeout", text: "ended before it was done" }), {
      once: true,
    });
  });
}

function notStarted(error: Error): Trouble {
  const code = systemCode(error);
  if (code === "ENOENT") return { kind: "not found", text: "the command was not found" };
  if (code === "EACCES") return { kind: "not executable", text: "the command is not executable" };
  return { kind: "error", text: `the command could not be started: ${error.message}` };
}

/** Keeps the first 4 KiB of both streams and reads on, so that the command never waits for a reader. */
function keepOutput(child: Child): () => string {
  const chunks: Buffer[] = [];
  let kept = 0;
  const take = (chunk: Buffer) => {
    if (kept >= KEPT_OUTPUT_BYTES) return;
    chunks.push(chunk.subarray(0, KEPT_OUTPUT_BYTES - kept));
    kept += chunk.length;
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  return () => Buffer.concat(chunks).toString();
}

function withOutput(text: string, output: string): string {
  return output.trim() === "" ? text : `${text}: ${output}`;
}
