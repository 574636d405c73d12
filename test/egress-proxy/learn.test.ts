// From what an application really does to its allow-list.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { get } from "../harness/http.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { runTool } from "../harness/tool.ts";
import { clientHello } from "./support/client-hello.ts";
import { startDns } from "./support/dns.ts";
import { startProxy } from "./support/proxy.ts";
import { exchange, RawClient, statusOf } from "./support/raw.ts";
import { startUpstream } from "./support/upstream.ts";

const ask = (target: string) => `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;

test("learn, suggest, enforce: the suggested list allows what was seen and nothing else", async (t) => {
  const upstream = await startUpstream(t);
  const names = ["a.svc.test", "b.svc.test", "c.svc.test", "numbers-api", "other.test"];
  const dns = await startDns(t, Object.fromEntries(names.map((name) => [name, { addresses: ["127.0.0.1"] }])));
  const common = { dns: { servers: [dns.address] }, guard: { allow: ["127.0.0.0/8"] } };
  const proxy = await startProxy(t, { mode: "learn", ...common });
  const seen = names.slice(0, 4);
  for (const name of seen) {
    assert.equal(statusOf(await exchange(proxy.port, ask(`http://${name}:${upstream.port}/`))), 200);
  }
  await exchange(proxy.port, ask("http://169.254.169.254/"));
  await exchange(proxy.port, ask(`http://nowhere.test:${upstream.port}/`));
  const tunnel = new RawClient(proxy.port).send(`CONNECT numbers-api:${upstream.port} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await tunnel.until("200 Connection established");
  tunnel.socket.end();
  await tunnel.closed;

  const { code, stdout } = await runTool("egress-proxy", ["suggest", "--config", proxy.file]);
  assert.equal(code, 0);
  const entries = stdout.match(/^ {4}- .*/gm)?.map((line) => JSON.parse(line.slice(6)) as string);
  assert.deepEqual(
    entries,
    seen.map((name) => `${name}:${upstream.port}`),
  );
  assert.match(stdout, /^ {4}# - "\*\.svc\.test" {2}# instead of a\.svc\.test, b\.svc\.test, c\.svc\.test$/m);

  const page = await get(`http://127.0.0.1:${proxy.adminPort}/`);
  assert.match(page.headers["content-type"] ?? "", /text\/html/);
  assert.match(page.body, /numbers-api/);

  await proxy.reload({ mode: "enforce", allow: entries, ...common });
  for (const name of seen) {
    assert.equal(statusOf(await exchange(proxy.port, ask(`http://${name}:${upstream.port}/`))), 200);
  }
  assert.equal(statusOf(await exchange(proxy.port, ask(`http://other.test:${upstream.port}/`))), 403);
  assert.equal(statusOf(await exchange(proxy.port, ask("http://a.svc.test/"))), 403);
});

test("suggest reads the audit lines of a file, and skips everything else in it", async (t) => {
  const upstream = await startUpstream(t);
  const proxy = await startProxy(t, { mode: "report", guard: { allow: ["127.0.0.0/8"] }, allow: ["localhost:1"] });
  await exchange(proxy.port, ask(`http://localhost:${upstream.port}/`));
  await exchange(proxy.port, ask("http://localhost:1/"));
  await eventually(() => assert.equal(proxy.audit().length, 1, "an allowed request that failed is no denial"));
  const file = path.join(temporaryDirectory(t), "audit.log");
  writeFileSync(
    file,
    `not json\n{"half":\n${proxy.tool.stderr}{"msg":"egress","verdict":"allowed","wouldDeny":true,"host":"a\\n- b","port":1}\n`,
  );
  for (const [args, stdin] of [
    [["suggest", file], undefined],
    [["suggest", "-"], readFileSync(file, "utf8")],
  ] as const) {
    const { stdout, code } = await runTool("egress-proxy", args, stdin === undefined ? {} : { stdin });
    assert.equal(code, 0);
    assert.equal(stdout, `egress:\n  allow:\n    - "localhost:${upstream.port}"\n`, JSON.stringify(proxy.audit()));
  }
  for (const args of [["/nowhere.log"], [file, file], [file, "--bogus"], ["-c", "/nowhere.yaml", file]]) {
    const { code, stdout } = await runTool("egress-proxy", ["suggest", ...args]);
    assert.deepEqual([code, stdout], [2, ""], args.join(" "));
  }
  assert.equal((await runTool("egress-proxy", ["suggest", "--set", "egress.admin.port=1"])).code, 1);
});

for (const when of ["after the tunnel is open", "together with the CONNECT"]) {
  test(`report lets a tunnel with another name pass that comes ${when}, and says that enforce would not`, async (t) => {
    const upstream = await startUpstream(t, () => {});
    const proxy = await startProxy(t, {
      mode: "report",
      allow: [{ host: "localhost", ports: [upstream.port], tunnel: "tls" }],
    });
    const hello = clientHello({ names: ["evil.test"] });
    const head = Buffer.from(`CONNECT localhost:${upstream.port} HTTP/1.1\r\nHost: x\r\n\r\n`);
    const isEarly = when.startsWith("together");
    const tunnel = new RawClient(proxy.port).send(isEarly ? Buffer.concat([head, hello]) : head);
    await tunnel.until("200 Connection established");
    if (!isEarly) tunnel.send(hello);
    await eventually(() => assert.equal(upstream.received(), hello.toString("latin1")));
    tunnel.socket.end();
    const record = await eventually(() => {
      const [found] = proxy.audit();
      assert.ok(found);
      return found;
    });
    assert.equal(record.wouldDeny, true);
    assert.equal(record.reason, "sni_mismatch");
    assert.equal(record.sni, "evil.test");
  });
}
