// Needs Debian's prometheus (promtool) and python3-prometheus-client.
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { atEnd } from "../../harness/at-end.ts";
import { freePort } from "../../harness/ports.ts";
import { openmetrics, startExporter } from "../../metrics-exporter/exporter.ts";
import { answering, open, startTarget } from "../../metrics-exporter/target.ts";
import { pythonVerdicts, refusedByPromtool, refusedByPython } from "./oracles.ts";

test("every kind of source at once is valid in both formats, in any order", async (t) => {
  const json = await startTarget(t, answering('{"users":7}', "application/json"));
  const om = await startTarget(
    t,
    answering(
      "# TYPE foo counter\n" +
        'foo_total{a="1"} 5 # {t="x"} 1\nfoo_created{a="1"} 1\n# TYPE st stateset\nst{st="a"} 1\nst{st="b"} 0\n' +
        '# TYPE i info\ni_info{v="1"} 1\n# TYPE gh gaugehistogram\ngh_bucket{le="1.0"} 1\ngh_bucket{le="+Inf"} 2\ngh_gcount 2\ngh_gsum 3\n# EOF\n',
      open,
    ),
  );
  const text = await startTarget(
    t,
    answering(
      '# TYPE foo_created gauge\nfoo_created{a="1"} 3\n# TYPE bare counter\nbare 5\n# TYPE foo gauge\nfoo 1\n# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 2\nh_sum -3\nh_count 2\n# TYPE s summary\ns{quantile="0.5"} 1\ns_sum 2\ns_count 3\nsize_seconds_count 9\ninterleaved 1\nother 2\ninterleaved{x="1"} 2\n',
    ),
  );
  const statsd = await freePort("127.0.0.1");
  const exporter = await startExporter(t, {
    config: JSON.stringify({
      metrics: {
        logs: {
          files: ["$DIR/app.log"],
          rules: {
            a_total: "a {x}",
            size_seconds: "took {value:duration}",
            depth: { match: "depth {value}", labels: {}, help: 'quotes " and \\ and\nlines' },
          },
        },
        json: [{ url: json.url, metrics: { users: "$.users" } }],
        textfiles: ["$DIR/*.prom"],
        scrape: [om.url, text.url],
        statsd: { port: statsd },
        exec: [{ command: [process.execPath, "-e", "console.log('jobs_total 3')"], name: "jobs" }],
        probes: { web: text.url },
        processes: [{ name: "node", match: "node" }],
      },
    }),
  });
  writeFileSync(path.join(exporter.directory, "app.log"), 'a "\\\u2028\na \u00e9}#\ntook 5ms\ndepth 3\n');
  writeFileSync(path.join(exporter.directory, "x.prom"), '# TYPE a_total counter\na_total{x="file"} 4\n');
  const socket = createSocket("udp4");
  atEnd(t, () => socket.close());
  socket.send("hits:1|c|#a:b\nt:3|ms\nhits:1|c", statsd, "127.0.0.1");
  await exporter.until("outrigger_metrics_statsd_lines_total", 3);
  await exporter.until("jobs_total", 3);
  await exporter.until('probe_success{probe="web"}', 1);
  await exporter.until("depth", 3);

  const order = ["text", "openmetrics", "text", "openmetrics"] as const;
  for (const format of order) {
    const body = await exporter.scrape(format === "text" ? "text/plain" : openmetrics);
    assert.equal(refusedByPython(format, [body]), "");
    if (format === "text") assert.equal(refusedByPromtool([body]), "");
  }
  const names = async (accept: string) =>
    (await exporter.scrape(accept))
      .split("\n")
      .flatMap((line) => (line === "" || line.startsWith("#") ? [] : [line.split(/[{ ]/)[0]]));
  const stored = new Set(await names("text/plain"));
  const inOpenMetrics = new Set(await names(openmetrics));
  // Only `_created` exists in OpenMetrics alone.
  assert.deepEqual(
    [...inOpenMetrics].filter((name) => !stored.has(name) && !name?.endsWith("_created")),
    [],
  );
  assert.deepEqual(
    [...stored].filter((name) => !inOpenMetrics.has(name)),
    [],
  );
});

test("any bytes as a log line give two valid expositions with the same label values", async (t) => {
  const exporter = await startExporter(t, {
    args: ["$DIR/app.log", "--rule", "a_total=<{v}>", "--rule", "lines_total={_}"],
  });
  const lines: Buffer[] = [];
  let seed = 7;
  for (let line = 0; line < 300; line++) {
    const bytes = Array.from({ length: 12 }, () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return (seed >> 8) % 256;
    });
    lines.push(Buffer.from([60, ...bytes.filter((byte) => byte !== 10 && byte !== 62), 62, 10]));
  }
  writeFileSync(path.join(exporter.directory, "app.log"), Buffer.concat(lines));
  await exporter.until("lines_total", 300);
  const text = await exporter.scrape();
  const om = await exporter.scrape(openmetrics);
  const [fromText] = pythonVerdicts("text", [text]);
  const [fromOpenMetrics] = pythonVerdicts("openmetrics", [om]);
  assert.ok(fromText?.ok && fromOpenMetrics?.ok, `${fromText?.reason} ${fromOpenMetrics?.reason}`);
  const only = (samples: typeof fromText.samples = []) => samples.filter(([name]) => name === "a_total");
  assert.deepEqual(only(fromText.samples), only(fromOpenMetrics.samples));
  assert.ok(only(fromText.samples).length > 290);
});
