/** Load and the origin behind it, on raw sockets: as little of the machine as possible goes into what is not measured. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { Started } from "./proxies.ts";

export interface Origin {
  port: number;
  close(): void;
}

/** Answers every request head with 1 KiB; a first byte that is no letter is echoed instead, for tunnels. */
export async function startOrigin(): Promise<Origin> {
  const answer = Buffer.from(
    `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1024\r\n\r\n${"x".repeat(1024)}`,
  );
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    let isEcho = false;
    socket.on("data", (chunk: Buffer) => {
      isEcho ||= chunk[0] === 0;
      socket.write(isEcho ? chunk : answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

interface LoadOptions {
  requests: number;
  connections: number;
}

/** Sends the request over kept connections, one at a time on each, until as many are answered; checks every status. */
async function load(port: number, request: string, { requests, connections }: LoadOptions): Promise<void> {
  let left = requests;
  const client = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true });
      let received = 0;
      let wanted = 0;
      const next = () => {
        if (left-- <= 0) {
          socket.end();
          resolve();
          return;
        }
        received = 0;
        wanted = 0;
        socket.write(request, "latin1");
      };
      socket.on("error", reject);
      socket.on("connect", next);
      socket.on("close", () => reject(new Error("the proxy closed the connection")));
      socket.on("data", (chunk: Buffer) => {
        if (received === 0) {
          const text = chunk.toString("latin1");
          if (!text.startsWith("HTTP/1.1 200")) reject(new Error(text.slice(0, 200)));
          wanted = text.indexOf("\r\n\r\n") + 4 + 1024;
        }
        received += chunk.length;
        if (received === wanted) next();
      });
    });
  await Promise.all(Array.from({ length: connections }, client));
}

/** Gets the origin's 1 KiB through a proxy, over 32 connections, so many times in all. */
export function getMany(proxy: Started, origin: Origin, requests: number): Promise<void> {
  const host = `127.0.0.1:${origin.port}`;
  const target = proxy.form === "absolute" ? `http://${host}/` : "/";
  const request = `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n`;
  return load(proxy.port, request, { requests, connections: 32 });
}

/** Opens and closes a tunnel as often, without a byte in it. */
export async function openTunnels(port: number, target: string, { requests, connections }: LoadOptions): Promise<void> {
  let left = requests;
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true });
      socket.on("error", reject);
      socket.on("connect", () => socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`));
      socket.on("data", (chunk: Buffer) => {
        if (!chunk.toString("latin1").startsWith("HTTP/1.1 200")) reject(new Error(chunk.toString("latin1")));
        socket.end();
      });
      socket.on("close", () => resolve());
    });
  const client = async () => {
    while (left-- > 0) await one();
  };
  await Promise.all(Array.from({ length: connections }, client));
}

/** Sends this many MiB into a tunnel to the echo and reads them back. */
export function throughTunnel(port: number, target: string, mebibytes: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    const total = mebibytes * 1024 * 1024;
    let received = 0;
    let isOpen = false;
    socket.on("error", reject);
    socket.on("connect", () => socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`));
    socket.on("data", (chunk: Buffer) => {
      if (!isOpen) {
        isOpen = true;
        sendZeros(socket, total);
        return;
      }
      received += chunk.length;
      if (received < total) return;
      socket.destroy();
      resolve();
    });
  });
}

function sendZeros(socket: Socket, total: number): void {
  const block = Buffer.alloc(64 * 1024);
  let sent = 0;
  const more = () => {
    while (sent < total) {
      sent += block.length;
      if (!socket.write(block)) return;
    }
  };
  socket.on("drain", more);
  more();
}
