// Which listeners a configuration asks for, and when two of them are the same one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { egressSection } from "../src/config.ts";
import { wantedListeners } from "../src/wanted-listeners.ts";

const listenersOf = (egress: object) => wantedListeners(egressSection.schema.parse(egress));

test("the proxy port comes first, routes with one place share it, localhost has two of which IPv6 may be missing", () => {
  const wanted = listenersOf({
    routes: {
      "http://127.0.0.1:8000/a": "http://a.test",
      "http://127.0.0.1:8000/b": "http://b.test",
      "tcp://localhost:6380": "c.test:6379",
      "http://d.test/": "http://e.test",
    },
  });
  assert.deepEqual(
    [...wanted.values()].map(({ host, port, key, optional = false }) => [host, port, key, optional]),
    [
      ["127.0.0.1", 1080, "egress.listen", false],
      ["127.0.0.1", 8000, 'egress.routes["http://127.0.0.1:8000/b"]', false],
      ["127.0.0.1", 6380, 'egress.routes["tcp://localhost:6380"]', false],
      ["::1", 6380, 'egress.routes["tcp://localhost:6380"]', true],
    ],
  );
});

const route = (from: string, certificate?: object) => ({
  routes: { [from]: { upstreams: ["http://a.test"], ...(certificate && { certificate }) } },
});
const PAIR = { cert: "/a.crt", key: "/a.key" };
const before = route("https://127.0.0.1:8443/", PAIR);

for (const [name, after] of [
  ["another certificate", route("https://127.0.0.1:8443/", { ...PAIR, cert: "/b.crt" })],
  ["another key", route("https://127.0.0.1:8443/", { ...PAIR, key: "/b.key" })],
  ["no TLS", route("http://127.0.0.1:8443/")],
  ["another port", route("https://127.0.0.1:8444/", PAIR)],
  ["another address", route("https://127.0.0.2:8443/", PAIR)],
] as const) {
  test(`a listener with ${name} is another one`, () => {
    const known = new Set(listenersOf(before).keys());
    const fresh = [...listenersOf(after).keys()].filter((id) => !known.has(id));
    assert.equal(fresh.length, 1);
  });
}

test("a listener whose route has other upstreams or another prefix is the same one", () => {
  const after = { routes: { "https://127.0.0.1:8443/x": { upstreams: ["http://b.test"], certificate: PAIR } } };
  assert.deepEqual([...listenersOf(after).keys()], [...listenersOf(before).keys()]);
});
