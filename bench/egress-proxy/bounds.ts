/** What the design bounds by a figure instead of a peer: the peer's column is the bound. */
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { type BenchCase, type Contest, unlessInstalled } from "../case.ts";
import { anonymousKb } from "../measure.ts";
import { type Origin, startOrigin } from "./load.ts";
import { manyRules, policy } from "./policies.ts";
import { type Started, startOurs, startSquid } from "./proxies.ts";

const tool = "egress-proxy";
/** What may wait in the proxy for each direction of a connection. */
const HELD_MIB = 64 / 1024;

/** Opens tunnels, and returns how much private memory the proxy has more with them than without, in MiB. */
async function growth(proxy: Started, port: number, count: number, use: (tunnel: Socket) => void): Promise<number> {
  const before = anonymousKb(proxy.pid);
  const tunnels: Socket[] = [];
  for (let index = 0; index < count; index++) {
    const tunnel = connect({ port: proxy.port, host: "127.0.0.1" }).on("error", () => {});
    tunnels.push(tunnel);
    tunnel.write(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await new Promise((resolve) => tunnel.once("data", resolve));
    use(tunnel);
  }
  await pause(1000);
  const grown = (anonymousKb(proxy.pid) - before) / 1024;
  for (const tunnel of tunnels) tunnel.destroy();
  return Math.max(grown, 0.1);
}

/** Sends without end to whoever connects, and reads nothing. */
async function startFlood() {
  const sockets = new Set<Socket>();
  const block = Buffer.alloc(64 * 1024, 1);
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    const more = () => {
      while (!socket.destroyed && socket.write(block));
    };
    socket.on("drain", more);
    more();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as { port: number }).port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

interface Target {
  port: number;
  close(): void;
}

/** Memory that tunnels take, used in this way. Each time in a proxy of its own: what one has left would hide the next one's. */
function memoryOf(
  name: string,
  count: number,
  startTarget: () => Promise<Target>,
  use: (tunnel: Socket) => void,
): BenchCase {
  return {
    tool,
    name: `${count} ${name}: memory`,
    unit: "MiB",
    peer: "64 KiB a direction",
    target: 1,
    prepare: async (directory): Promise<Contest> => {
      const target = await startTarget();
      return {
        ours: async () => {
          const proxy = await startOurs(directory, policy(target));
          const grown = await growth(proxy, target.port, count, use);
          await proxy.stop();
          return grown;
        },
        peer: async () => count * 2 * HELD_MIB,
        close: async () => target.close(),
      };
    },
  };
}

/** Milliseconds of each of 1000 requests a second over a few kept connections, sorted. */
async function latencies(port: number, request: string): Promise<number[]> {
  const seconds = 2;
  const idle: Socket[] = [];
  const times: number[] = [];
  for (let index = 0; index < 8; index++) {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    idle.push(socket);
  }
  const ask = (socket: Socket, due: number) => {
    socket.write(request);
    let received = 0;
    const take = (chunk: Buffer) => {
      received += chunk.length;
      if (received < 1024) return;
      socket.off("data", take);
      times.push(performance.now() - due);
      idle.push(socket);
    };
    socket.on("data", take);
  };
  const started = performance.now();
  for (let sent = 0; sent < seconds * 1000; ) {
    const due = performance.now();
    while (sent < due - started && idle.length > 0) {
      ask(idle.pop() as Socket, due);
      sent++;
    }
    await pause(1);
  }
  await pause(50);
  for (const socket of idle) socket.destroy();
  return times.sort((left, right) => left - right);
}

/** Milliseconds that a proxy adds to such a share of the requests at least. */
async function addedBy(proxy: Started, origin: Origin, share: number): Promise<number> {
  const at = (times: number[]) => times[Math.floor(times.length * share)] ?? Number.NaN;
  const direct = at(await latencies(origin.port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  const request = `GET http://127.0.0.1:${origin.port}/ HTTP/1.1\r\nHost: x\r\n\r\n`;
  return Math.max(at(await latencies(proxy.port, request)) - direct, 0.001);
}

/** @param bound milliseconds; without, Squid beside it, which says how much of the figure is the machine's. */
function added(share: number, bound?: number): BenchCase {
  return {
    tool,
    name: `added latency at 1000/s, p${share * 100}`,
    unit: "ms",
    ...(bound === undefined
      ? { peer: "Squid", missing: unlessInstalled("squid") }
      : { peer: `the bound of ${bound} ms`, target: 1 }),
    prepare: async (directory) => {
      const origin = await startOrigin();
      const ours = await startOurs(directory, policy(origin));
      const squid = bound === undefined ? await startSquid(directory, origin.port) : undefined;
      await addedBy(ours, origin, share); // V8 compiles meanwhile
      return {
        ours: () => addedBy(ours, origin, share),
        peer: async () => (squid === undefined ? (bound ?? Number.NaN) : addedBy(squid, origin, share)),
        close: async () => {
          await ours.stop();
          await squid?.stop();
          origin.close();
        },
      };
    },
  };
}

/** Ours with 10,000 rules against ours with two, to which the design adds what they may cost. */
function rulesCost(
  row: Pick<BenchCase, "name" | "unit" | "peer">,
  allowance: number,
  figure: (proxy: Started) => number,
) {
  const start = async (directory: string, egress: object) => {
    const proxy = await startOurs(directory, egress);
    await proxy.stop();
    return proxy;
  };
  return {
    tool,
    target: 1,
    ...row,
    prepare: async (directory: string): Promise<Contest> => {
      const origin = { port: 80 };
      await start(directory, policy(origin)); // builds the bundle
      return {
        ours: async () => figure(await start(directory, manyRules(origin))),
        peer: async () => figure(await start(directory, policy(origin))) + allowance,
      };
    },
  };
}

export const bounds: BenchCase[] = [
  rulesCost(
    { name: "10,000 rules: start", unit: "ms CPU", peer: "2 rules + 500 ms" },
    500,
    ({ readyCpuMs }) => readyCpuMs,
  ),
  rulesCost({ name: "10,000 rules: memory", unit: "MiB", peer: "2 rules + 25 MiB" }, 25, ({ idleMiB }) => idleMiB),
  added(0.5, 0.3),
  added(0.99, 2),
  added(0.99),
  memoryOf("open tunnels", 1024, startOrigin, (tunnel) => tunnel.write(Buffer.alloc(4096))),
  memoryOf("tunnels that neither side reads", 256, startFlood, (tunnel) => {
    tunnel.pause();
    tunnel.write(Buffer.alloc(8 * 1024 * 1024));
  }),
];
