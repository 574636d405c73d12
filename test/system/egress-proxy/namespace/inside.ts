// Runs inside a network namespace of its own, where public, private and metadata addresses all live on `lo`: whatever the
// proxy dials is seen here, and nothing can leave the machine. Prints one JSON object: the outcome of every case.
import { execFileSync } from "node:child_process";
import { clientHello } from "../../../egress-proxy/support/client-hello.ts";
import { startDns } from "../../../egress-proxy/support/dns.ts";
import { startProxy } from "../../../egress-proxy/support/proxy.ts";
import { exchange, RawClient, reasonOf, statusOf } from "../../../egress-proxy/support/raw.ts";
import { startUpstream } from "../../../egress-proxy/support/upstream.ts";
import { eventually } from "../../../harness/eventually.ts";

const PUBLIC = "93.184.216.34";
const PUBLIC_6 = "2606:2800:220:1::1";
const PRIVATE = "10.20.30.40";
const METADATA = "169.254.169.254";
const SILENT_6 = "2606:dead::1";

const ip = (...args: string[]) => execFileSync("ip", args);
ip("link", "set", "lo", "up");
for (const address of [PUBLIC, PRIVATE, METADATA]) ip("addr", "add", `${address}/32`, "dev", "lo");
ip("addr", "add", `${PUBLIC_6}/128`, "dev", "lo", "nodad");
// Packets to a hardware address that nobody has vanish: an address that never answers.
ip("link", "add", "void", "type", "veth", "peer", "name", "end");
ip("link", "set", "void", "up");
ip("link", "set", "end", "up");
ip("addr", "add", "2606:dead::ffff/64", "dev", "void", "nodad");
ip("neigh", "add", SILENT_6, "lladdr", "02:00:00:00:00:01", "dev", "void");

const cleanups: (() => unknown)[] = [];
const t = { after: (cleanup: unknown) => void cleanups.push(cleanup as () => unknown) };

const servers = {
  public: await startUpstream(t, undefined, { host: PUBLIC, port: 80 }),
  public6: await startUpstream(t, undefined, { host: PUBLIC_6, port: 80 }),
  private: await startUpstream(t, undefined, { host: PRIVATE, port: 80 }),
  metadata: await startUpstream(t, undefined, { host: METADATA, port: 80 }),
  tls: await startUpstream(t, () => {}, { host: PUBLIC, port: 443 }),
};

const dns = await startDns(t, {
  "api.good.test": { addresses: [PUBLIC] },
  "six.good.test": { addresses: [PUBLIC_6] },
  "half.good.test": { addresses: [SILENT_6, PUBLIC] },
  "meta.good.test": { addresses: [METADATA] },
  "mixed.good.test": { addresses: [METADATA, PUBLIC] },
  "inner.good.test": { addresses: [PRIVATE] },
  "inner.home.test": { addresses: [PRIVATE] },
  "numbers-api": { addresses: [PRIVATE] },
});
const servers53 = { dns: { servers: [dns.address] } };
const allow = ["*.good.test", "numbers-api", { host: "inner.home.test", resolvesTo: ["10.0.0.0/8"] }];
const proxy = await startProxy(t, { allow, ...servers53 });

/** Status and reason of a request, and which servers got a connection, or bytes on a kept one, because of it. */
async function ask(host: string) {
  for (const server of Object.values(servers)) server.reset();
  const started = performance.now();
  const text = await exchange(proxy.port, `GET http://${host}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  const reached = Object.entries(servers).flatMap(([name, server]) =>
    server.connections.length > 0 || server.received() !== "" ? [name] : [],
  );
  return { status: statusOf(text), reason: reasonOf(text), reached, milliseconds: performance.now() - started };
}

const results: Record<string, unknown> = {};
for (const host of ["api", "six", "half", "meta", "mixed", "inner"]) results[host] = await ask(`${host}.good.test`);
results.home = await ask("inner.home.test");
results.short = await ask("numbers-api");
results.literal = await ask(METADATA);

const hello = clientHello({ names: ["api.good.test"] });
const tunnel = new RawClient(proxy.port).send("CONNECT api.good.test:443 HTTP/1.1\r\nHost: x\r\n\r\n").send(hello);
await eventually(() => {
  if (servers.tls.received() !== hello.toString("latin1"))
    throw new Error(`the server got ${servers.tls.received().length} bytes`);
});
results.tunnel = true;
tunnel.socket.destroy();

await proxy.reload({ mode: "report", ...servers53 });
results.report = await ask("api.good.test");
for (const host of [METADATA, "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "meta.good.test", "127.0.0.1"]) {
  results[`report ${host}`] = await ask(host);
}

process.stdout.write(JSON.stringify(results));
for (const cleanup of cleanups.reverse()) await cleanup();
