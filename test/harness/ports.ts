import { createServer } from "node:net";

// Below the range from which the kernel takes ports for outgoing connections, so that none of these takes it before the
// test does; processes that run side by side begin in different places.
const FIRST = 10_000;
const LAST = 31_999;
let last = FIRST + ((process.pid * 397) % (LAST - FIRST));

/** A TCP port that nobody listens on, and that no other call in this process gets soon. */
export async function freePort(host?: string): Promise<number> {
  for (;;) {
    // Taken before the wait: calls made at the same time each try a port of their own.
    const port = next();
    if (await isFree(port, host)) return port;
  }
}

function next(): number {
  last = last === LAST ? FIRST : last + 1;
  return last;
}

function isFree(port: number, host: string | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on("error", () => resolve(false));
    server.listen({ port, ...(host && { host }) }, () => server.close(() => resolve(true)));
  });
}
