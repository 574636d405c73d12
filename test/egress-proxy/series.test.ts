// The proxy's series follow the configuration: however often it changes, there are no more than it has rules and routes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { startProxy } from "./support/proxy.ts";
import { exchange, RawClient, statusOf } from "./support/raw.ts";
import { accepted, startUpstream } from "./support/upstream.ts";

const ask = (target: string) => `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;

test("a reload forgets the series of rules, routes and upstreams that it no longer spells, and keeps all others", async (t) => {
  const [upstream, other] = [await startUpstream(t), await startUpstream(t)];
  const rule = (path: string) => ({ host: "127.0.0.1", ports: [upstream.port], paths: [path] });
  const to = [`http://127.0.0.1:${upstream.port}`, `http://127.0.0.1:${other.port}`];
  const retries = { attempts: 1 };
  const proxy = await startProxy(t, {
    allow: [rule("/kept"), rule("/gone")],
    routes: {
      "http://kept.test/": { upstreams: [to[0]], retries },
      "http://gone.test/": { upstreams: [to[0], "http://127.0.0.1:1"], retries },
    },
  });
  const paths = ["/kept", "/gone", "/denied"].map((path) => `http://127.0.0.1:${upstream.port}${path}`);
  const targets = [...paths, "http://kept.test/", "http://gone.test/", "http://gone.test/"];
  for (const target of targets) await exchange(proxy.port, ask(target));
  const before = await eventually(async () => {
    const text = await proxy.metrics();
    assert.match(text, /requests_total\{rule="127\.0\.0\.1:\d+ \/gone",code="200"\} 1/);
    assert.match(text, /requests_total\{rule="",code="200"\} 3/);
    assert.match(text, /route_retries_total\{route="http:\/\/gone\.test\/"\} 1/);
    return text;
  });

  const routes = { "http://kept.test/": { upstreams: to, retries } };
  await proxy.reload({ allow: [rule("/kept"), rule("/new")], routes });
  const after = await proxy.metrics();
  assert.doesNotMatch(after, /gone/);
  assert.deepEqual(
    linesOf(after),
    linesOf(before).filter((line) => !line.includes("gone")),
  );
  await exchange(proxy.port, ask("http://kept.test/"));
  const counted = /route_requests_total\{route="http:\/\/kept\.test\/",upstream="[^"]+",code="200"\} 2/;
  await eventually(async () => assert.match(await proxy.metrics(), counted));

  await proxy.reload({ allow: [rule("/kept")], routes: { "http://kept.test/": to[1] } });
  assert.ok(!(await proxy.metrics()).includes(`upstream="${to[0]}"`));
});

test("a request that began under rules that have gone is counted at its end, until the next reload", async (t) => {
  const upstream = await startUpstream(t, (socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"));
  const allow = [`127.0.0.1:${upstream.port}`];
  const proxy = await startProxy(t, { allow });
  const client = new RawClient(proxy.port).send(ask(`http://127.0.0.1:${upstream.port}/`));
  await client.until("Content-Length: 4");
  await proxy.reload({ allow: ["a.test"] });
  (await accepted(upstream)).write("done");
  assert.equal(statusOf(await client.end()), 200);
  const series = new RegExp(`rule="${allow[0]}",code="200"\\} 1`);
  await eventually(async () => assert.match(await proxy.metrics(), series));
  await proxy.reload({ allow: ["b.test"] });
  assert.doesNotMatch(await proxy.metrics(), /rule="[^"]/);
});

/** What is counted by rule or route. */
function linesOf(metrics: string): string[] {
  return metrics.split("\n").filter((line) => /^outrigger_egress_\w+_total\{(?:rule|route)="/.test(line));
}
