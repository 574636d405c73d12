import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { appendFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { atEnd } from "../../harness/at-end.ts";
import { eventually } from "../../harness/eventually.ts";
import { get } from "../../harness/http.ts";
import { freePort } from "../../harness/ports.ts";
import { temporaryDirectory } from "../../harness/temporary.ts";
import { entryOf } from "../../harness/tool.ts";
import { startTarget } from "../../healthz/target.ts";

/** An address of the loopback that no other resolver uses. */
const RESOLVER = "127.0.0.77";

/** A name server that swallows every query, and the names it was asked for. */
async function startSwallower(t: TestContext): Promise<{ asked: string[] }> {
  const asked: string[] = [];
  const socket = createSocket("udp4");
  // The question follows the header of twelve bytes, as labels with their lengths.
  socket.on("message", (query) =>
    asked.push(
      query
        .toString("latin1", 13)
        .split("\0")[0]!
        .replace(/[^a-z0-9-]/g, "."),
    ),
  );
  await new Promise<void>((resolve, reject) => socket.on("error", reject).bind(53, RESOLVER, resolve));
  atEnd(t, () => socket.close());
  return { asked };
}

test("behind a dead resolver localhost and the hosts file still resolve, and each name is asked for once at a time", async (t) => {
  if (process.getuid?.() !== 0) return t.skip("port 53 needs root");
  const { asked } = await startSwallower(t);
  const target = await startTarget(t);
  const directory = temporaryDirectory(t);
  const at = (name: string, text: string) => {
    const file = path.join(directory, name);
    writeFileSync(file, text);
    return file;
  };
  const port = await freePort();
  const quick = { interval: "100ms", timeout: "300ms", fall: 1 };
  // Less than the resolver takes, and more than a busy machine does.
  const patient = { ...quick, timeout: "10s" };
  const dead = Object.fromEntries(
    [1, 2, 3, 4].map((n) => [`dead${n}`, { http: `http://dead${n}.example/`, ...quick }]),
  );
  const hosts = at("hosts", "127.0.0.1 app.internal # the application\n");
  const config = at(
    "outrigger.yaml",
    JSON.stringify({
      health: {
        port,
        checks: {
          ...dead,
          localhost: { http: `http://localhost:${target.port}/`, ...patient },
          below: { http: `http://app.localhost:${target.port}/`, ...patient },
          literal: { http: `http://127.0.0.1:${target.port}/`, ...patient },
          late: { dns: "late.example", ...quick },
          hosts: { tcp: `app.internal:${target.port}`, ...patient },
          file: { file: hosts, ...patient },
        },
      },
    }),
  );
  const resolv = at("resolv.conf", `nameserver ${RESOLVER}\noptions timeout:30 attempts:5\n`);
  const script = `mount --bind ${hosts} /etc/hosts && mount --bind ${resolv} /etc/resolv.conf && exec "$@"`;
  const command = ["sh", "-c", script, "sh", process.execPath, entryOf("healthz"), "--config", config];
  const tool = spawn("unshare", ["--mount", ...command], { stdio: ["ignore", "ignore", "ignore"] });
  atEnd(t, () => tool.kill("SIGKILL"));

  const url = `http://127.0.0.1:${port}`;
  const details = async () => JSON.parse((await get(`${url}/?verbose`)).body).checks;
  const runs = async (name: string, result: string) => {
    const { body } = await get(`${url}/metrics`);
    const series = `outrigger_health_check_runs_total{check="${name}",result="${result}"} `;
    return Number(
      body
        .split("\n")
        .find((line) => line.startsWith(series))
        ?.slice(series.length),
    );
  };
  await eventually(async () => assert.ok((await runs("dead4", "failure")) >= 10), { ms: 30_000 });
  const checks = await details();
  for (const name of Object.keys(dead)) assert.match(checks[name].error, /^timeout/, name);
  for (const name of ["localhost", "below", "literal", "hosts", "file"]) {
    assert.equal(checks[name].status, "OK", name);
    assert.equal(await runs(name, "failure"), 0, name);
    assert.ok((await runs(name, "success")) >= 10, name);
  }
  assert.match(checks.late.error, /^timeout/);
  appendFileSync(hosts, "127.0.0.1 late.example\n");
  await eventually(async () => assert.equal((await details()).late.status, "OK"));
  const ended = new Promise((resolve) => tool.once("exit", (code, signal) => resolve({ code, signal })));
  tool.kill("SIGTERM");
  // The look-ups under way would take minutes.
  assert.deepEqual(await ended, { code: 0, signal: null });
  // Two address families, and no new query while the first goes on for 30 s; more than two names do not fit the pool.
  for (const name of new Set(asked)) assert.ok(asked.filter((other) => other === name).length <= 2, asked.join());
});
