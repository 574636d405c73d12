// Listeners open and close as the configuration changes, and what fails leaves everything as it was.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { parseAddress } from "@outrigger/net/address";
import { atEnd } from "../../../test/harness/at-end.ts";
import { freePort } from "../../../test/harness/ports.ts";
import { egressSection } from "../src/config.ts";
import { Listeners } from "../src/listeners.ts";
import { OwnListeners } from "../src/own-listeners.ts";
import { Connections } from "../src/proxy/connections.ts";
import { createEngine } from "./support/engine.ts";

const UPSTREAM = "127.0.0.1:1";

/** A configuration with tcp routes at these places, and the proxy port there too. */
function configOf(listen: string, ...places: string[]) {
  const routes = Object.fromEntries(places.map((place) => [`tcp://${place}`, UPSTREAM]));
  return egressSection.schema.parse({ listen, routes });
}

function start(t: TestContext) {
  const own = new OwnListeners();
  const connections = new Connections(() => {});
  const listeners = new Listeners(createEngine({}), connections, own);
  atEnd(t, () => {
    listeners.close();
    connections.cutAll();
  });
  const apply = async (config: ReturnType<typeof configOf>) => (await listeners.prepare(config)).commit();
  const isOwn = (host: string, port: number) => own.isOwn(parseAddress(host)!, port);
  const ports = () => listeners.addresses.map(({ address, port }) => `${address}:${port}`);
  return { listeners, apply, isOwn, ports };
}

/** Whether somebody accepts connections there. */
function isOpen(port: number, host = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}

test("a port is open, known and no destination from the change on that asks for it until one that does not", async (t) => {
  const { apply, isOwn, ports } = start(t);
  const [proxy, route] = [await freePort("127.0.0.1"), await freePort("127.0.0.1")];
  await apply(configOf(`127.0.0.1:${proxy}`));
  assert.deepEqual([ports(), isOwn("127.0.0.1", proxy)], [[`127.0.0.1:${proxy}`], true]);
  await apply(configOf(`127.0.0.1:${proxy}`, `127.0.0.1:${route}`));
  assert.deepEqual(ports(), [`127.0.0.1:${proxy}`, `127.0.0.1:${route}`]);
  assert.deepEqual([await isOpen(proxy), await isOpen(route), isOwn("127.0.0.1", route)], [true, true, true]);
  await apply(configOf(`127.0.0.1:${proxy}`));
  assert.deepEqual(ports(), [`127.0.0.1:${proxy}`]);
  assert.deepEqual([await isOpen(proxy), await isOpen(route), isOwn("127.0.0.1", route)], [true, false, false]);
});

test("a change that is abandoned closes what it opened, and opens what it closed", async (t) => {
  const { listeners, apply, ports } = start(t);
  const [moved, route] = [await freePort(), await freePort("127.0.0.1")];
  await apply(configOf(`127.0.0.2:${moved}`));
  const change = await listeners.prepare(configOf(`0.0.0.0:${moved}`, `127.0.0.1:${route}`));
  assert.deepEqual([await isOpen(moved, "127.0.0.1"), await isOpen(route)], [true, true]);
  await change.abandon();
  assert.deepEqual([await isOpen(moved, "127.0.0.1"), await isOpen(route)], [false, false]);
  assert.deepEqual([await isOpen(moved, "127.0.0.2"), ports()], [true, [`127.0.0.2:${moved}`]]);
});

test("a change that fails halfway does so too, also where one listener is replaced by two", async (t) => {
  const { listeners, apply, ports } = start(t);
  const other = start(t);
  const [moved, route, taken] = [await freePort(), await freePort("127.0.0.1"), await freePort("127.0.0.1")];
  await other.apply(configOf(`127.0.0.1:${taken}`));
  await apply(configOf(`0.0.0.0:${moved}`));
  const places = [`127.0.0.2:${moved}`, `127.0.0.1:${route}`, `127.0.0.1:${taken}`];
  await assert.rejects(listeners.prepare(configOf(`127.0.0.1:${moved}`, ...places)), {
    code: "listen",
    message: new RegExp(`127\\.0\\.0\\.1:${taken} .*in use`),
  });
  assert.deepEqual([await isOpen(moved, "127.0.0.3"), await isOpen(route)], [true, false]);
  assert.deepEqual(ports(), [`0.0.0.0:${moved}`]);
});

test("nothing accepts any more when all is closed", async (t) => {
  const { listeners, apply } = start(t);
  const port = await freePort("127.0.0.1");
  await apply(configOf(`127.0.0.1:${port}`));
  listeners.close();
  assert.deepEqual([await isOpen(port), listeners.addresses], [false, []]);
});

test("a port of localhost that somebody else has on IPv4 is a failure", async (t) => {
  const [first, second] = [start(t), start(t)];
  const [one, two, route] = [await freePort("127.0.0.1"), await freePort("127.0.0.1"), await freePort()];
  await first.apply(configOf(`127.0.0.1:${one}`, `localhost:${route}`));
  await assert.rejects(second.listeners.prepare(configOf(`127.0.0.1:${two}`, `localhost:${route}`)), {
    code: "listen",
  });
});
