import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "@outrigger/runtime/secrets";
import { parseUpstream } from "../src/routes/parse-route.ts";
import { routeProblems } from "../src/routes/route-problems.ts";

type Entries = Parameters<typeof routeProblems>[0];

interface Given {
  to?: string;
  set?: string[];
  remove?: string[];
  tls?: Entries[string]["tls"];
  certificate?: Entries[string]["certificate"];
}

function problemsOf(given: Record<string, Given>): string[] {
  const entries: Entries = Object.fromEntries(
    Object.entries(given).map(([from, { to = "http://b", set = [], remove = [], tls = {}, certificate }]) => [
      from,
      {
        upstreams: [parseUpstream(to)],
        tls,
        certificate,
        headers: { set: Object.fromEntries(set.map((name) => [name, new Secret("value", "test")])), remove },
      },
    ]),
  );
  return routeProblems(entries).map(([path, sentence]) => `${path.join(" ")}: ${sentence}`);
}

const pair = { cert: "a.crt", key: "a.key" };

for (const [name, given, problem] of [
  [
    "tls of a tcp route, which would look encrypted and is not",
    { "tcp://127.0.0.1:1": { to: "b:1", tls: { ca: "a.crt" } } },
    /^tcp:\/\/127\.0\.0\.1:1 tls: is for https:\/\/ upstreams, and tcp:\/\/ passes bytes on as they are/,
  ],
  [
    "tls without an https upstream",
    { "http://a/": { tls: { serverName: "c" } } },
    /^http:\/\/a\/ tls: .* no upstream of this route is one: remove it$/,
  ],
  [
    "headers of a tcp route",
    { "tcp://127.0.0.1:1": { to: "b:1", set: ["A"] } },
    /headers: is for http:\/\/ and https:\/\/ routes/,
  ],
  ["removal of Host", { "http://a/": { remove: ["X", "host"] } }, /headers remove 1: a request must have Host/],
  ["a field that is set twice", { "http://a/": { set: ["A-B", "a-b"] } }, /headers set a-b: is the same field as A-B/],
  [
    "two certificates of one listener",
    {
      "https://127.0.0.1:1/": { certificate: pair },
      "https://127.0.0.1:1/b": { certificate: { ...pair, key: "b.key" } },
    },
    /^https:\/\/127\.0\.0\.1:1\/b certificate: must be that of https:\/\/127\.0\.0\.1:1\/, which has the same listener$/,
  ],
  [
    "two certificates of one listener that has two names",
    {
      "https://localhost:1/": { certificate: pair },
      "https://[::1]:1/b": { certificate: { ...pair, key: "b.key" } },
    },
    /^https:\/\/\[::1\]:1\/b certificate: must be that of https:\/\/localhost:1\/, which has the same listener$/,
  ],
  [
    "http and https on one port",
    { "http://127.0.0.1:1/a": {}, "https://127.0.0.1:1/b": { certificate: pair } },
    /^https:\/\/127\.0\.0\.1:1\/b: needs port 1 of http:\/\/127\.0\.0\.1:1\/a for another listener: use another port$/,
  ],
  [
    "tcp and http on one port, as localhost and as its address",
    { "tcp://localhost:1": { to: "b:1" }, "http://[::1]:1/": {} },
    /^http:\/\/\[::1\]:1\/: needs port 1 of tcp:\/\/localhost:1 /,
  ],
  [
    "a port on one address and on all of them",
    { "http://127.0.0.1:1/": {}, "http://0.0.0.0:1/b": {} },
    /^http:\/\/0\.0\.0\.0:1\/b: needs port 1 of http:\/\/127\.0\.0\.1:1\/ /,
  ],
  [
    "a port on an address and on the same one in another form",
    { "http://127.0.0.1:1/": {}, "http://[::ffff:127.0.0.1]:1/b": {} },
    /needs port 1 of http:\/\/127\.0\.0\.1:1\/ /,
  ],
  [
    "a port on [::], which is all of IPv4 too",
    { "tcp://[::]:1": { to: "b:1" }, "http://0.0.0.0:1/": {} },
    /needs port 1 of/,
  ],
] as [string, Record<string, Given>, RegExp][]) {
  test(`${name} is a mistake`, () => {
    const [first = "", ...others] = problemsOf(given);
    assert.match(first, problem);
    assert.deepEqual(others, []);
  });
}

test("what has an effect is none", () => {
  const ways: Record<string, Given>[] = [
    { "http://a/": { to: "https://b", tls: { ca: "a.crt" }, set: ["Host", "A"], remove: ["A"] } },
    { "https://127.0.0.1:1/": { certificate: pair }, "https://127.0.0.1:1/b": { certificate: { ...pair } } },
    { "https://127.0.0.1:1/": { certificate: pair }, "https://127.0.0.1:2/": { certificate: { cert: "c", key: "d" } } },
  ];
  ways.push(
    { "http://127.0.0.1:1/": {}, "http://127.0.0.1:1/b": {}, "https://127.0.0.2:1/": { certificate: pair } },
    { "https://localhost:1/": { certificate: pair }, "https://127.0.0.1:1/b": { certificate: { ...pair } } },
    { "http://0.0.0.0:1/": {}, "tcp://[::1]:1": { to: "b:1" }, "http://a.test:1/": {} },
    { "http://127.0.0.1/": {}, "http://localhost/": {}, "http://localhost:1/": {}, "http://127.0.0.1:1/x": {} },
  );
  for (const given of ways) assert.deepEqual(problemsOf(given), []);
});
