// Applications that ignore proxy variables: names lead to addresses of 127.0.0.0/8, where routes listen. No privileges needed
// but those of the test's namespaces.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { before, test } from "node:test";
import { promisify } from "node:util";

let results: Record<"curl" | "node" | "raw" | "received" | "tcp" | "explain", string>;

before(async () => {
  const script = path.join(import.meta.dirname, "namespace/alias.ts");
  const command = ["--map-root-user", "--net", "--mount", process.execPath, script];
  const { stdout } = await promisify(execFile)("unshare", command, { timeout: 60_000 });
  results = JSON.parse(stdout) as typeof results;
});

test("curl and Node without proxy variables reach the real server through an alias and its route", () => {
  assert.equal(results.curl, "the real server");
  assert.equal(results.node, "the real server");
  assert.match(results.received, /^GET \/curl\?x=1 HTTP\/1\.1\r\nHost: api\.example\.com\r\n/);
  assert.match(results.received, /GET \/node HTTP\/1\.1\r\n/);
});

test("so does any protocol over TCP", () => {
  assert.equal(results.raw, "raw bytes");
  assert.equal(results.tcp, "hi");
});

test("explain passes the alias over as the proxy does", () => {
  assert.match(results.explain, /^allowed api\.example\.com:80\n.*\naddresses: 93\.184\.216\.34\n/s);
});
