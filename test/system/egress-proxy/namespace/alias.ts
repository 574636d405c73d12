// Runs inside network and mount namespaces of its own: the hosts file leads a name to 127.0.0.5, as `hostAliases` does for all
// containers of a pod, and the real server has a public address on `lo`. Prints what applications without proxy variables got.
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { startDns } from "../../../egress-proxy/support/dns.ts";
import { startProxy } from "../../../egress-proxy/support/proxy.ts";
import { answering, startUpstream } from "../../../egress-proxy/support/upstream.ts";
import { runTool } from "../../../harness/tool.ts";

const PUBLIC = "93.184.216.34";
const NAME = "api.example.com";

const directory = mkdtempSync("/tmp/outrigger-alias-");
const hosts = path.join(directory, "hosts");
writeFileSync(hosts, `127.0.0.1 localhost\n127.0.0.5 ${NAME}\n`);
execFileSync("mount", ["--bind", hosts, "/etc/hosts"]);
execFileSync("ip", ["link", "set", "lo", "up"]);
execFileSync("ip", ["addr", "add", `${PUBLIC}/32`, "dev", "lo"]);

const cleanups: (() => unknown)[] = [() => rmSync(directory, { recursive: true })];
const t = { after: (cleanup: unknown) => void cleanups.push(cleanup as () => unknown) };
const server = await startUpstream(t, answering("the real server"), { host: PUBLIC, port: 80 });
const raw = await startUpstream(t, (socket) => socket.end("raw bytes"), { host: PUBLIC, port: 7000 });
const dns = await startDns(t, { [NAME]: { addresses: [PUBLIC] } });
const proxy = await startProxy(t, {
  routes: { "http://127.0.0.5:80/": `http://${NAME}`, "tcp://127.0.0.5:7000": { upstreams: [`${NAME}:7000`] } },
  dns: { servers: [dns.address] },
});

const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name)));
/** Standard output and error of an application that knows nothing of a proxy. */
async function run(command: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(command, args, { env: environment, timeout: 20_000 });
  return stdout + stderr;
}
const nodeGet = `require("node:http").get("http://${NAME}/node", (r) => r.pipe(process.stdout))`;
const results = {
  curl: await run("curl", "-s", `http://${NAME}/curl?x=1`),
  node: await run(process.execPath, "-e", nodeGet),
  raw: await run(
    process.execPath,
    "-e",
    `require("node:net").connect(7000, "${NAME}").on("connect", function () { this.write("hi"); }).pipe(process.stdout)`,
  ),
  received: server.received(),
  tcp: raw.received(),
  explain: (await runTool("egress-proxy", ["explain", "http://127.0.0.5/x", "--config", proxy.file])).stdout,
};
for (const cleanup of cleanups.reverse()) await cleanup();
process.stdout.write(JSON.stringify(results));
