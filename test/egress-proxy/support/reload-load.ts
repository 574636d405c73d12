import assert from "node:assert/strict";
import http from "node:http";
import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { atEnd } from "../../harness/at-end.ts";
import { freePort } from "../../harness/ports.ts";
import { startProxy } from "./proxy.ts";
import { RawClient } from "./raw.ts";
import { startUpstream } from "./upstream.ts";

export interface ReloadLoad {
  readonly reloads: number;
  /** Milliseconds from one reload to the next; 0: as fast as they are taken. */
  readonly every: number;
  /** Milliseconds that each client rests between two rounds of requests. */
  readonly rest: number;
}

/**
 * Traffic on kept connections, on a route's own port and in a tunnel while rules, time-outs and routes change. Fails when an
 * allowed request is refused or breaks, a denied one passes, or the tunnel ends.
 */
export async function reloadUnderLoad(t: TestContext, { reloads, every, rest }: ReloadLoad): Promise<void> {
  const upstream = await startUpstream(t);
  const [routePort, comingAndGoing] = [await freePort("127.0.0.1"), await freePort("127.0.0.1")];
  const allow = [`localhost:${upstream.port}`];
  const routes = { [`http://127.0.0.1:${routePort}/`]: `http://localhost:${upstream.port}/routed` };
  const proxy = await startProxy(t, { allow, routes });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  atEnd(t, () => agent.destroy());
  const ask = (port: number, path: string) =>
    new Promise<number>((resolve, reject) => {
      http
        .get({ port, host: "127.0.0.1", path, agent, headers: { Host: "x" } }, (response) => {
          response.resume().on("end", () => resolve(response.statusCode ?? 0));
        })
        .on("error", reject);
    });
  const kinds = [
    { port: proxy.port, path: `http://localhost:${upstream.port}/`, expected: 200 },
    { port: routePort, path: "/x", expected: 200 },
    { port: proxy.port, path: "http://evil.test/", expected: 403 },
    { port: proxy.port, path: "http://localhost:81/", expected: 403 },
  ];
  let isOver = false;
  let rounds = 0;
  const client = async () => {
    for (; !isOver; rounds++) {
      for (const { port, path, expected } of kinds) assert.equal(await ask(port, path), expected, path);
      await pause(rest);
    }
  };
  const tunnel = new RawClient(proxy.port).send(`CONNECT localhost:${upstream.port} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await tunnel.until("200 Connection established");

  const load = Promise.all([client(), client(), client(), client()]).finally(() => {
    isOver = true;
  });
  for (let index = 0; index < reloads && !isOver; index++) {
    const started = performance.now();
    const extra =
      index % 2 === 0 ? { [`http://127.0.0.1:${comingAndGoing}/`]: `http://localhost:${upstream.port}` } : {};
    await proxy.reload({
      allow: [...allow, `padding${index}.test`],
      routes: { ...routes, ...extra },
      timeouts: { idle: `${60 + index}s` },
    });
    assert.equal(tunnel.socket.destroyed, false, "the tunnel ended");
    await pause(Math.max(0, every - (performance.now() - started)));
  }
  isOver = true;
  await load;
  tunnel.send("GET /through-the-tunnel HTTP/1.1\r\nHost: x\r\n\r\n");
  await tunnel.until(/established\r\n\r\n.*upstream$/s);
  tunnel.socket.destroy();
  assert.ok(rounds > reloads / 2, `only ${rounds} rounds of requests`);
}
