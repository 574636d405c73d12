/** Listens for StatsD, by UDP and TCP on the same port. */
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { readFile } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { RuntimeFailure, systemCode } from "@outrigger/runtime/errors";
import { listen } from "@outrigger/runtime/listen";
import type { Counter, Registry } from "@outrigger/runtime/metrics";
import type { Reading, Source } from "../source.ts";
import type { StatsdMetrics } from "./metrics.ts";

export interface StatsdAddress {
  readonly host: string;
  readonly port: number;
}

/** Asked of the kernel: the default holds a few hundred packets. */
const receiveBuffer = 4 * 1024 * 1024;
const maxLine = 64 * 1024;

/** The series about StatsD; they outlive a reload. */
export interface StatsdCounters {
  readonly lines: Counter;
  readonly errors: Counter;
  readonly dropped: Counter;
}

export function registerStatsd(registry: Registry): StatsdCounters {
  return {
    lines: registry.counter("outrigger_metrics_statsd_lines_total", "StatsD lines received."),
    errors: registry.counter("outrigger_metrics_statsd_errors_total", "StatsD lines refused.", ["reason"]),
    dropped: registry.counter(
      "outrigger_metrics_statsd_dropped_packets_total",
      "StatsD packets that the kernel dropped because its buffer was full.",
    ),
  };
}

export class StatsdSource implements Source {
  readonly #address: StatsdAddress;
  readonly #metrics: StatsdMetrics;
  readonly #counters: StatsdCounters;
  readonly #counted: () => void;
  readonly #connections = new Set<Socket>();
  #udp: UdpSocket | undefined;
  #tcp: Server | undefined;
  #dropsSeen = 0;

  /** @param counted told when lines have been taken. */
  constructor(address: StatsdAddress, metrics: StatsdMetrics, counters: StatsdCounters, counted: () => void) {
    this.#address = address;
    this.#metrics = metrics;
    this.#counters = counters;
    this.#counted = counted;
  }

  /** Rejects with `RuntimeFailure` when the port cannot be had. */
  async open(): Promise<void> {
    const { host, port } = this.#address;
    const tcp = createServer((socket) => this.#serve(socket));
    const address = await listen(tcp, { host, port }, "metrics.statsd.port");
    this.#tcp = tcp;
    const udp = createSocket({ type: host.includes(":") ? "udp6" : "udp4", recvBufferSize: receiveBuffer });
    udp.on("message", (packet) => this.#take(packet.toString("utf8")));
    try {
      await new Promise<void>((resolve, reject) => {
        udp.once("error", reject);
        udp.bind({ address: host, port: address.port }, resolve);
      });
    } catch (error) {
      tcp.close();
      const reason = systemCode(error) ?? String(error);
      throw new RuntimeFailure(
        "listen",
        `cannot listen on udp ${host}:${port} (metrics.statsd.port): ${reason}; free it or set metrics.statsd.port to another`,
        { cause: error },
      );
    }
    udp.removeAllListeners("error");
    // Errors of single packets (ICMP) are nobody's; without a listener they would end the process.
    udp.on("error", () => {});
    this.#udp = udp;
    this.#metrics.join();
  }

  /** The metrics are in the store already; this only brings the kernel's drops up to date. */
  async read(): Promise<Reading[]> {
    const began = performance.now();
    const { host, port } = this.#address;
    const drops = await kernelDrops(port);
    if (drops > this.#dropsSeen) this.#counters.dropped.inc(drops - this.#dropsSeen);
    this.#dropsSeen = drops;
    const source = `${host.includes(":") ? `[${host}]` : host}:${port}`;
    return [{ kind: "statsd", source, families: [], seconds: (performance.now() - began) / 1000 }];
  }

  async stop(): Promise<void> {
    for (const connection of this.#connections) connection.destroy();
    await Promise.all([
      new Promise<void>((resolve) => (this.#tcp ? this.#tcp.close(() => resolve()) : resolve())),
      new Promise<void>((resolve) => (this.#udp ? this.#udp.close(() => resolve()) : resolve())),
    ]);
  }

  forget(): void {
    this.#metrics.leave();
  }

  #take(text: string): void {
    for (const line of text.split("\n")) {
      const trimmed = line.endsWith("\r") ? line.slice(0, -1) : line;
      if (trimmed === "") continue;
      this.#counters.lines.inc();
      const refused = this.#metrics.take(trimmed);
      if (refused !== undefined) this.#counters.errors.labels(refused).inc();
    }
    this.#counted();
  }

  #serve(socket: Socket): void {
    this.#connections.add(socket);
    let rest = "";
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => {
      const end = text.lastIndexOf("\n");
      if (end < 0) rest += text;
      else {
        this.#take(rest + text.slice(0, end));
        rest = text.slice(end + 1);
      }
      // Who sends no line ends does not speak StatsD.
      if (rest.length > maxLine) socket.destroy();
    });
    socket.on("end", () => this.#take(rest));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#connections.delete(socket));
  }
}

/** Packets that the kernel has dropped for sockets on this port: the last column of `/proc/net/udp`. */
async function kernelDrops(port: number): Promise<number> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  let drops = 0;
  for (const table of ["/proc/net/udp", "/proc/net/udp6"]) {
    // Not there without the protocol, or outside Linux.
    const text = await readFile(table, "utf8").catch(() => "");
    for (const line of text.split("\n").slice(1)) {
      const columns = line.trim().split(/\s+/);
      if (columns[1]?.endsWith(wanted)) drops += Number(columns.at(-1));
    }
  }
  return drops;
}
