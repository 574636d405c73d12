// One verdict, whoever gives it: the real proxy over a socket, with 5, 99, 101 and 10,000 rules, and `explain`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Resolver } from "@outrigger/net/resolve";
import { startDns } from "../../../test/egress-proxy/support/dns.ts";
import { mutateText, pick, seededRandom } from "../../../test/egress-proxy/support/mutate.ts";
import { type RunningProxy, startProxy } from "../../../test/egress-proxy/support/proxy.ts";
import { exchange, RawClient, reasonOf, statusOf } from "../../../test/egress-proxy/support/raw.ts";
import { startUpstream } from "../../../test/egress-proxy/support/upstream.ts";
import { atEnd } from "../../../test/harness/at-end.ts";
import { egressSection } from "../src/config.ts";
import { OwnListeners } from "../src/own-listeners.ts";
import { createSnapshot } from "../src/snapshot.ts";
import { verdictOn } from "../src/verdict.ts";

const URLS = 800;
const fragments = [
  ..."\t @:.,;%/\\#?*[]|-_+0",
  "0x",
  "127.1",
  "%00",
  "%2e",
  "..",
  "::",
  "65536",
  "evil.test",
  "@evil.test",
];

/** The verdict of a running proxy in the words of `explain`: `allowed`, or the reason. */
async function askProxy(port: number, url: string): Promise<string> {
  const https = /^https:\/\/([^/?#]*)/i.exec(url)?.[1];
  if (https === undefined) {
    const text = await exchange(port, `GET ${url} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    return statusOf(text) === 200 ? "allowed" : (reasonOf(text) ?? text);
  }
  const client = new RawClient(port).send(
    `CONNECT ${/:\d+$/.test(https) ? https : `${https}:443`} HTTP/1.1\r\nHost: x\r\n\r\n`,
  );
  const text = await client.until(/\r\n\r\n/);
  if (statusOf(text) !== 200) await client.until(/\}\n/);
  client.socket.destroy();
  return statusOf(text) === 200 ? "allowed" : (reasonOf(client.text) ?? text);
}

/** What cannot be judged has many reasons, and the HTTP parser in front has one for most of them. */
function judged(reason: string): string {
  return /^(?:allowed|\w+_not_allowed|address_\w+|dns_\w+)$/.test(reason) ? reason : "unreadable";
}

test(`${URLS} mutated URLs: explain and proxies of any size agree`, async (t) => {
  const upstream = await startUpstream(t);
  const here = { addresses: ["127.0.0.1"] };
  const dns = await startDns(t, {
    "api.good.test": here,
    "a.b.wild.test": here,
    "limited.test": here,
    "rebound.test": { addresses: ["169.254.169.254"] },
  });
  const port = upstream.port;
  const resolvesTo = ["127.0.0.1/32"];
  const rules = [
    { host: "api.good.test", ports: [port], resolvesTo },
    { host: "*.wild.test", ports: [port], resolvesTo },
    { host: "limited.test", ports: [port], methods: ["GET"], paths: ["/ok/**"], resolvesTo },
    { host: "127.0.0.1", ports: [port] },
    { host: "rebound.test", ports: [port] },
  ];
  const routes = { "http://routed.test/api": `http://localhost:${port}/base` };
  const configs = [rules.length, 99, 101, 10_000].map((count) => {
    const decoys = Array.from({ length: count - rules.length }, (_, index) => `api${index}.good.test:${port}`);
    const allow = [...decoys.slice(0, decoys.length / 2), ...rules, ...decoys.slice(decoys.length / 2)];
    return { allow, routes, dns: { servers: [dns.address] } };
  });
  const proxies: RunningProxy[] = [];
  for (const config of configs) proxies.push(await startProxy(t, config));
  const snapshots = configs.map((config) => createSnapshot(egressSection.schema.parse(config), new OwnListeners()));
  const resolver = new Resolver({ servers: [dns.address] });
  atEnd(t, () => resolver.close());

  const hosts = [
    "api.good.test",
    "API.good.test.",
    "a.b.wild.test",
    "wild.test",
    "limited.test",
    "127.0.0.1",
    "rebound.test",
  ];
  const urls = hosts.flatMap((host) => [`http://${host}:${port}/ok/a`, `https://${host}:${port}/`, `http://${host}/`]);
  urls.push(`http://limited.test:${port}/no`, "http://routed.test/api/x", "http://routed.test/apis", "http://[::1]/");
  const random = seededRandom();
  const seen = new Map<string, number>();
  for (let count = 0; count < URLS; count++) {
    const mutated = count < urls.length ? (urls[count] ?? "") : mutateText(random, pick(random, urls), fragments);
    // Around a target the parser takes more than one space (RFC 9112 section 3): they are no part of it.
    const url = mutated.replaceAll(" ", "");
    const [first = ""] = await verdictOn(url, pick(random, snapshots), resolver);
    const explained = first.startsWith("allowed ") ? "allowed" : judged(first.slice(first.lastIndexOf(": ") + 2));
    const verdicts = await Promise.all(proxies.map((proxy) => askProxy(proxy.port, url)));
    for (const verdict of verdicts) {
      assert.equal(
        judged(verdict),
        explained,
        `${JSON.stringify(url)}: ${JSON.stringify(verdict)}, explained as ${first}`,
      );
    }
    seen.set(explained, (seen.get(explained) ?? 0) + 1);
  }
  for (const verdict of [
    "allowed",
    "host_not_allowed",
    "port_not_allowed",
    "path_not_allowed",
    "address_prohibited",
    "unreadable",
  ]) {
    assert.ok(seen.has(verdict), `no URL was ${verdict}: ${[...seen.keys()].join(", ")}`);
  }
});
