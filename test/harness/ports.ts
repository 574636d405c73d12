import { createServer, type Server } from "node:net";

// Below the range from which the kernel takes ports for outgoing connections, so that none of these takes it before the
// test does.
const FIRST = 10_000;
const LAST = 31_999;
/** Each process has that many ports of its own: what is free here is not about to be taken by a test file beside this one. */
const BLOCK = 200;
const BLOCKS = Math.floor((LAST - FIRST + 1) / BLOCK);

let block: Promise<number> | undefined;
let calls = 0;

/** A TCP port that nobody listens on, and that no other call, in whatever process, gets soon. */
export async function freePort(host?: string): Promise<number> {
  block ??= claimBlock();
  const first = await block;
  for (;;) {
    // Calls made at the same time each try a port of their own.
    const port = first + 1 + (calls++ % (BLOCK - 1));
    if (await isFree(port, host)) return port;
  }
}

/** The first port of a block, held by listening on it until this process ends: no other process claims the block then. */
async function claimBlock(): Promise<number> {
  // Processes that run side by side begin in different places.
  for (let attempt = 0; attempt < BLOCKS; attempt++) {
    const port = FIRST + ((process.pid + attempt) % BLOCKS) * BLOCK;
    const server = await listening(port, "127.0.0.1");
    if (server === undefined) continue;
    server.unref();
    return port;
  }
  throw new Error(`no block of ${BLOCK} ports from ${FIRST} to ${LAST} is free`);
}

async function isFree(port: number, host: string | undefined): Promise<boolean> {
  const server = await listening(port, host);
  if (server === undefined) return false;
  await new Promise((resolve) => server.close(resolve));
  return true;
}

/** A server on this port; undefined when that cannot be. */
function listening(port: number, host: string | undefined): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on("error", () => resolve(undefined));
    server.listen({ port, ...(host && { host }) }, () => resolve(server));
  });
}
