// What a person reads who has nothing but what curl or Python (Debian's python3) print. Node's own clients are in
// test/egress-proxy/clients.test.ts.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { before, type TestContext, test } from "node:test";
import { startDns } from "../../egress-proxy/support/dns.ts";
import { type RunningProxy, startProxy } from "../../egress-proxy/support/proxy.ts";
import { RawClient } from "../../egress-proxy/support/raw.ts";
import { fileScope } from "../../egress-proxy/support/scope.ts";
import { atEnd } from "../../harness/at-end.ts";

const ASK = `
import sys, urllib.request
try:
    print(urllib.request.urlopen(sys.argv[1]).read())
except OSError as error:
    print(error)
`;

const clients: [name: string, command: (url: string) => string[]][] = [
  ["curl -v", (url) => ["curl", "-sv", url]],
  ["Python's urllib", (url) => ["/usr/bin/python3", "-c", ASK, url]],
];

/** Everything that the client prints when the environment leads it to the proxy. */
function printed([file = "", ...args]: string[], { port }: RunningProxy): Promise<string> {
  const proxy = `http://127.0.0.1:${port}`;
  const env = { PATH: process.env.PATH, http_proxy: proxy, https_proxy: proxy };
  return new Promise((resolve) =>
    execFile(file, args, { env, timeout: 60_000 }, (_error, stdout, stderr) => resolve(stdout + stderr)),
  );
}

/** The phrase of the status line, which some clients write behind a colon. */
function says(status: number, phrase: string): RegExp {
  return new RegExp(`${status}:? ${phrase.replaceAll(".", "\\.")}\\b`);
}

const refusals: [url: string, status: number, phrase: string][] = [
  ["https://evil.test/", 403, "Egress denied: host_not_allowed evil.test:443"],
  ["http://evil.test/", 403, "Egress denied: host_not_allowed evil.test:80"],
  ["https://metadata.test/", 403, "Egress denied: address_prohibited metadata.test:443"],
  ["https://gone.test/", 502, "Egress failed: dns_error gone.test:443"],
  ["http://gone.test/", 502, "Egress failed: dns_error gone.test:80"],
];

const scope = fileScope();
let proxy: RunningProxy;
before(async () => {
  const dns = await startDns(scope, { "metadata.test": { addresses: ["169.254.169.254"] } });
  proxy = await startProxy(scope, { dns: { servers: [dns.address] }, allow: ["metadata.test", "gone.test"] });
});

/** A proxy that has as many connections as it takes. */
async function fullProxy(t: TestContext): Promise<RunningProxy> {
  const full = await startProxy(t, { limits: { connections: 1 }, timeouts: { headers: "5m" } });
  const held = new RawClient(full.port).send("GET http://evil.test/ HTTP/1.1\r\nHost: evil.test\r\n\r\n");
  atEnd(t, () => held.socket.destroy());
  await held.until("}\n");
  held.send("GET ");
  return full;
}

for (const [name, command] of clients) {
  test(`${name} shows status, reason and destination of what the proxy refuses and of what fails`, async (t) => {
    for (const [url, status, phrase] of refusals) {
      assert.match(await printed(command(url), proxy), says(status, phrase), url);
    }
    const full = await fullProxy(t);
    for (const url of ["https://evil.test/", "http://evil.test/"]) {
      assert.match(await printed(command(url), full), says(503, "Egress failed: connection_limit_reached"), url);
    }
  });
}

test("curl without -v shows the hint of a refused request, and the status of a refused tunnel", async () => {
  const { hint } = JSON.parse(await printed(["curl", "-s", "http://evil.test/"], proxy));
  assert.match(hint, /To allow it, add:\negress:\n {2}allow:\n {4}- "evil\.test:80"/);
  assert.match(await printed(["curl", "-sS", "https://evil.test/"], proxy), /CONNECT tunnel failed, response 403/);
});
