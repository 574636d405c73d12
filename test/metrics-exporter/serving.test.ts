import assert from "node:assert/strict";
import http from "node:http";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { atEnd } from "../harness/at-end.ts";
import { request } from "../harness/http.ts";
import { keepRendering } from "../harness/renderings.ts";
import { startExporter } from "./exporter.ts";

const text = "text/plain; version=0.0.4; charset=utf-8";
const open = "application/openmetrics-text; version=1.0.0; charset=utf-8";

const prometheus2 =
  "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
const prometheus3 =
  "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

test("formats by Accept", async (t) => {
  const exporter = await startExporter(t, {});
  const cases: [accept: string, expected: string][] = [
    ["", text],
    ["*/*", text],
    ["nonsense", text],
    ["text/plain", text],
    [prometheus2, open],
    [prometheus3, open],
    ["text/plain;q=0.5,APPLICATION/OpenMetrics-Text;version=1.0.0;q=0.5", open],
    ["text/plain;q=0.9,application/openmetrics-text;q=0.5", text],
    ["application/openmetrics-text;q=0,text/plain;q=0.1", text],
    ["application/openmetrics-text;q=0", text],
    ["application/json", text],
  ];
  for (const [accept, expected] of cases) {
    const { status, headers, body } = await exporter.get("/metrics", accept === "" ? {} : { accept });
    assert.equal(status, 200);
    assert.equal(headers["content-type"], expected, accept);
    assert.equal(headers.vary, "Accept, Accept-Encoding");
    assert.equal(body.endsWith("# EOF\n"), expected === open, accept);
    assert.match(body, /outrigger_build_info\{tool="metrics-exporter",version="[^"]+",node="[^"]+"\} 1/);
  }
  assert.equal((await exporter.get("/")).headers["content-type"], text);
});

test("gzip only when it is accepted", async (t) => {
  const exporter = await startExporter(t, {});
  const cases: [header: string | undefined, zipped: boolean][] = [
    [undefined, false],
    ["gzip", true],
    ["deflate, gzip;q=0.5", true],
    ["gzip;q=0", false],
    ["*", true],
    ["*, gzip;q=0", false],
    ["identity", false],
  ];
  for (const [header, zipped] of cases) {
    const { encoding, body } = await raw(`${exporter.url}/metrics`, header);
    assert.equal(encoding, zipped ? "gzip" : undefined, header);
    assert.match(keepRendering("text", (zipped ? gunzipSync(body) : body).toString()), /outrigger_build_info/);
  }
});

function raw(url: string, accepts: string | undefined): Promise<{ encoding: string | undefined; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const headers = accepts === undefined ? {} : { "accept-encoding": accepts };
    http
      .get(url, { agent: false, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({ encoding: response.headers["content-encoding"], body: Buffer.concat(chunks) }),
        );
      })
      .on("error", reject);
  });
}

describe("other methods and paths", () => {
  test("HEAD is GET without a body", async (t) => {
    const exporter = await startExporter(t, {});
    const { status, headers, body } = await request(`${exporter.url}/metrics`, { method: "HEAD" });
    assert.equal(status, 200);
    assert.equal(headers["content-type"], text);
    assert.ok(Number(headers["content-length"]) > 100);
    assert.equal(body, "");
  });

  test("anything else gets 405 with Allow, unknown paths 404", async (t) => {
    const exporter = await startExporter(t, {});
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
      const { status, headers } = await request(`${exporter.url}/metrics`, { method });
      assert.equal(status, 405, method);
      assert.equal(headers.allow, "GET, HEAD", method);
    }
    assert.equal((await exporter.get("/nope")).status, 404);
    assert.equal((await exporter.get("/-/metrics")).status, 404);
  });

  test("livez, readyz and version are below /-", async (t) => {
    const exporter = await startExporter(t, {});
    assert.equal((await exporter.get("/-/livez")).status, 200);
    assert.equal((await exporter.get("/-/readyz")).status, 200);
    assert.equal(JSON.parse((await exporter.get("/-/version")).body).tool, "metrics-exporter");
  });
});

test("SIGTERM with an idle keep-alive client: exit 0, stdout empty, every line on stderr a record", async (t) => {
  const exporter = await startExporter(t, {});
  const idle = connect(Number(new URL(exporter.url).port), "127.0.0.1");
  atEnd(t, () => idle.destroy());
  idle.on("error", () => {});
  idle.write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  await new Promise((resolve) => idle.once("data", resolve));
  const began = performance.now();
  assert.deepEqual(await exporter.process.stop(), { code: 0, signal: null });
  assert.ok(performance.now() - began < 4500);
  assert.equal(exporter.process.stdout, "");
  for (const record of exporter.process.logs) assert.equal(record.tool, "metrics-exporter");
});
