import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import type { TestContext } from "node:test";
import { atEnd } from "../../harness/at-end.ts";

/** Listens with the shortest queue there is, and never accepts. */
const PROGRAM = `
const server = require("node:net").createServer().listen(0, "127.0.0.1", 1, () => {
  require("node:fs").writeSync(1, String(server.address().port));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});`;

/** Starts a server whose queue is full: the kernel drops what asks for a connection. @returns its port. */
export async function startUnanswering(t: Pick<TestContext, "after">): Promise<number> {
  const child = spawn(process.execPath, ["-e", PROGRAM], { stdio: ["ignore", "pipe", "ignore"] });
  atEnd(t, () => child.kill("SIGKILL"));
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  for (let index = 0; index < 4; index++) {
    const socket = connect(Number(port), "127.0.0.1").on("error", () => {});
    atEnd(t, () => socket.destroy());
    // The last ones wait for ever.
    await Promise.race([once(socket, "connect"), new Promise((resolve) => setTimeout(resolve, 300))]);
  }
  return Number(port);
}

/** How many connections to this port of 127.0.0.1 are waiting for an answer (SYN_SENT, proc(5)). */
export function waitingFor(port: number): number {
  const to = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const states = readFileSync("/proc/net/tcp", "latin1")
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  return states.filter(([, , remote = "", state]) => remote.endsWith(to) && state === "02").length;
}
