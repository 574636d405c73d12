// What happens when the limit of open files is lower than limits.connections needs.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { startProxy } from "../../egress-proxy/support/proxy.ts";
import { RawClient } from "../../egress-proxy/support/raw.ts";
import { eventually } from "../../harness/eventually.ts";

const DENIED = "GET http://a.test/ HTTP/1.1\r\nHost: x\r\n\r\n";

test("without file descriptors new connections are told so, which is logged once; those before go on, and it passes", async (t) => {
  const proxy = await startProxy(t, {});
  const { pid } = proxy.tool;
  const open = readdirSync(`/proc/${pid}/fd`).length;
  execFileSync("prlimit", ["--pid", String(pid), `--nofile=${open + 28}`]);
  const first = new RawClient(proxy.port);
  await first.send(DENIED).until("host_not_allowed");
  const clients = Array.from({ length: 20 }, () => new RawClient(proxy.port).send(DENIED));
  const answers = await Promise.all(clients.map((client) => client.until(/\r\n\r\n\{.*\}\n/s)));
  const refused = answers.filter((answer) => /^HTTP\/1\.1 503 .*ulimit -n/s.test(answer));
  assert.ok(refused.length > 10 && refused.length < 20, `${refused.length} were refused`);
  first.send(DENIED);
  await eventually(() => assert.equal(first.text.split("HTTP/1.1 403").length - 1, 2));
  for (const client of clients) client.socket.destroy();
  await eventually(async () => {
    const client = new RawClient(proxy.port).send(DENIED);
    await client.until("403 Egress denied");
    client.socket.destroy();
  });
  first.socket.destroy();
  await proxy.tool.stop();
  assert.equal(proxy.tool.logs.filter(({ level, msg }) => level === "error" && /descriptors/.test(msg)).length, 1);
});
