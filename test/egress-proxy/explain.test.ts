// `explain`: what the proxy would do with a URL, said by the code that decides.
import assert from "node:assert/strict";
import { test } from "node:test";
import { runTool } from "../harness/tool.ts";
import { startDns } from "./support/dns.ts";

const ROUTES = {
  "tcp://127.0.0.1:6380": { upstreams: ["10.0.0.1:6379", "169.254.169.254:6379"] },
  "tcp://localhost:6381": "127.0.0.2:6379",
  "https://0.0.0.0:8443/app": {
    upstreams: ["http://127.0.0.2:3000"],
    certificate: { cert: "/nowhere.crt", key: "/nowhere.key" },
  },
  "http://svc.test/": { upstreams: ["http://169.254.169.254", "http://127.0.0.2:81"], resolvesTo: ["127.0.0.0/8"] },
  "http://shut.test/": { upstreams: ["http://169.254.169.254", "http://169.254.169.253"], resolvesTo: ["10.0.0.0/8"] },
};

function explain(url: string) {
  return runTool("egress-proxy", ["explain", url, "--set", `egress.routes=${JSON.stringify(ROUTES)}`]);
}

for (const [url, code, lines] of [
  [
    "tcp://127.0.0.1:6380",
    0,
    [/^allowed 10\.0\.0\.1:6379$/, /^route tcp:\S+ to 10\.0\.0\.1:6379$/, /^addresses: 10\.0\.0\.1$/, /^route /],
  ],
  ["tcp://localhost:6381", 0, [/^allowed 127\.0\.0\.2:6379$/, /^route tcp:\/\/localhost:6381 to /]],
  ["tcp://127.0.0.1:6381/", 0, [/^allowed 127\.0\.0\.2:6379$/, /^route tcp:\/\/localhost:6381 to /]],
  ["tcp://127.0.0.1:1", 1, [/^denied tcp:\/\/127\.0\.0\.1:1: scheme_not_supported$/]],
  ["https://0.0.0.0:8443/app/x?y", 0, [/^allowed 127\.0\.0\.2:3000$/, /^route https:\/\/0\.0\.0\.0:8443\/app to /]],
  ["https://localhost:8443/app", 0, [/^allowed 127\.0\.0\.2:3000$/, /^route /]],
  ["HTTPS://127.0.0.1:8443/app", 0, [/^allowed 127\.0\.0\.2:3000$/, /^route /]],
  ["https://localhost:8443/apps", 1, [/^denied \S+: path_not_allowed$/, /No route on 0\.0\.0\.0:8443/]],
  ["https://localhost:8443/app/../x", 1, [/^denied \S+: path_not_allowed$/, /dot segments/]],
  ["https://192.0.2.1:8443/app", 1, [/^denied 192\.0\.2\.1:8443: host_not_allowed$/]],
  [
    "http://svc.test/",
    0,
    [/^allowed 127\.0\.0\.2:81$/, /^route \S+ to http:\/\/169/, /^denied 169\.254\.169\.254:80: \w+$/],
  ],
  ["http://shut.test/", 1, [/^denied 169\.254\.169\.254:80: address_not_in_resolvesTo$/, /^route /]],
] as [string, number, RegExp[]][]) {
  test(`explain ${url} asks the routes`, async () => {
    const explained = await explain(url);
    const printed = explained.stdout.split("\n");
    assert.equal(explained.code, code, explained.stdout + explained.stderr);
    for (const [index, line] of lines.entries()) assert.match(printed[index] ?? "", line);
  });
}

test("explain names every upstream with what the guard says of it", async () => {
  const { stdout } = await explain("http://svc.test/");
  assert.match(
    stdout,
    /\ndenied 169\.254\.169\.254:80: \w+\n.*\nroute \S+ to http:\/\/127\.0\.0\.2:81\naddresses: 127\.0\.0\.2\n$/s,
  );
});

test("explain knows the proxy's own ports on every address, and asks the DNS servers of the configuration", async (t) => {
  const dns = await startDns(t, { "a.test": { addresses: ["93.184.216.34"] } });
  const options = ["--set", `egress.dns.servers=["${dns.address}"]`, "--listen", "localhost:1"];
  const all = ["--allow", "a.test", "--allow", "[::1]:1", "--allow", "127.0.0.2:2", "--set", "egress.admin.port=2"];
  for (const [url, code, first] of [
    ["http://[::1]:1/", 1, /^denied \[::1\]:1: proxy_loop\n/],
    ["http://127.0.0.2:2/", 1, /^denied 127\.0\.0\.2:2: proxy_loop\n/],
    ["http://a.test/", 0, /^allowed a\.test:80\nrule a\.test\naddresses: 93\.184\.216\.34\n$/],
  ] as const) {
    const explained = await runTool("egress-proxy", ["explain", url, ...options, ...all]);
    assert.match(explained.stdout, first, explained.stderr);
    assert.equal(explained.code, code);
  }
});

test("explain says what a tunnel may carry", async () => {
  for (const [rule, said] of [
    ["localhost", "the tunnel may carry TLS with this name only"],
    ["127.0.0.2", "no TLS may pass this tunnel, since a server name is never an address: add tunnel: any to the rule"],
    ["{host: 127.0.0.2, tunnel: any}", ""],
  ]) {
    const url = rule === "localhost" ? "https://localhost/" : "https://127.0.0.2/";
    const { code, stdout } = await runTool("egress-proxy", ["explain", url, "--set", `egress.allow=[${rule}]`]);
    assert.equal(code, 0);
    assert.equal(stdout.split("\n")[3], said);
  }
});

test("control characters of an argument come back escaped", async () => {
  for (const url of ["http://a\u001b[31m/", "https://a\u009b31m/", "x\nallowed b:80", "http://a/\u2028"]) {
    const { code, stdout } = await explain(url);
    assert.equal(code, 1);
    const [first = "", , ...rest] = stdout.split("\n");
    assert.match(first, /^denied [\x20-\x7e]*\\x[0-9a-f]+[\x20-\x7e]*: \w+$/);
    assert.deepEqual(rest, [""]);
  }
  const { code, stderr } = await runTool("egress-proxy", ["suggest", "/nowhere\u009b31m\u2028"]);
  assert.equal(code, 2);
  assert.match(stderr, /cannot read \/nowhere\\\\x9b31m\\\\x2028 \(ENOENT\)/);
});
