// Needs Debian's prometheus.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { appendFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { atEnd } from "../../harness/at-end.ts";
import { eventually } from "../../harness/eventually.ts";
import { get } from "../../harness/http.ts";
import { freePort } from "../../harness/ports.ts";
import { temporaryDirectory } from "../../harness/temporary.ts";
import { type Exporter, startExporter } from "../../metrics-exporter/exporter.ts";
import { startTarget } from "../../metrics-exporter/target.ts";

/** Prometheus starts slowly, and scrapes every three seconds: the scrape that has the zero must not take longer. */
const patience = { ms: 60_000, every: 200 };

type Result = { metric: Record<string, string>; value: [number, string] }[];

/** A Prometheus server that scrapes these URLs; the function asks it. */
async function startPrometheus(
  t: TestContext,
  targets: Record<string, string>,
): Promise<(query: string) => Promise<Result>> {
  const directory = temporaryDirectory(t);
  const port = await freePort("127.0.0.1");
  const jobs = Object.entries(targets).map(([name, url]) => {
    const { host } = new URL(url);
    return { job_name: name, static_configs: [{ targets: [host] }] };
  });
  const file = path.join(directory, "prometheus.yml");
  writeFileSync(
    file,
    JSON.stringify({ global: { scrape_interval: "3s", scrape_timeout: "3s" }, scrape_configs: jobs }),
  );
  const child = spawn(
    "prometheus",
    [`--config.file=${file}`, `--storage.tsdb.path=${directory}/data`, `--web.listen-address=127.0.0.1:${port}`],
    { stdio: "ignore" },
  );
  const ended = new Promise((resolve) => child.once("close", resolve));
  atEnd(t, async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return async (query) => {
    const { body } = await get(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`);
    return (JSON.parse(body) as { data: { result: Result } }).data.result;
  };
}

/** Passes an exporter on in the text format only, whatever Prometheus would rather have. */
async function inTextOnly(t: TestContext, exporter: Exporter): Promise<string> {
  const relay = await startTarget(t, (_request, response) => {
    exporter.get("/metrics", { accept: "text/plain" }).then(
      ({ body, headers }) => response.writeHead(200, { "content-type": String(headers["content-type"]) }).end(body),
      () => response.destroy(),
    );
  });
  return relay.url;
}

test("in both formats, increase() sees the first event of a label set that appeared after the start", async (t) => {
  const args = [
    "$DIR/app.log",
    "--rule",
    "logins_total=login {user};",
    "--rule",
    "took_seconds=by {who} in {value:duration}",
  ];
  // One each, as an exporter shows a zero once.
  const [first, second] = [await startExporter(t, { args }), await startExporter(t, { args })];
  const logs = [first, second].map(({ directory }) => path.join(directory, "app.log"));
  for (const log of logs) writeFileSync(log, "starting\n");
  const query = await startPrometheus(t, { openmetrics: first.url, text: await inTextOnly(t, second) });
  await eventually(async () => assert.equal((await query("up == 1")).length, 2), patience);
  for (const log of logs) appendFileSync(log, "login ann;\nlogin ann;\nby bob in 2s\n");
  for (const job of ["openmetrics", "text"]) {
    for (const [series, events] of [
      [`logins_total{user="ann",job="${job}"}`, 2],
      [`took_seconds_count{who="bob",job="${job}"}`, 1],
      [`took_seconds_sum{who="bob",job="${job}"}`, 2],
      [`took_seconds_bucket{who="bob",le="+Inf",job="${job}"}`, 1],
    ] as const) {
      await eventually(async () => {
        const [result] = await query(`increase(${series}[5m])`);
        assert.ok(Number(result?.value[1]) > 0, `${series} ${JSON.stringify(result)}`);
      }, patience);
      const [zero] = await query(`min_over_time(${series}[5m])`);
      assert.equal(zero?.value[1], "0", series);
      const [last] = await query(series);
      assert.equal(last?.value[1], String(events), series);
    }
  }
});

test("the stored series are the same whichever format was negotiated", async (t) => {
  const exporter = await startExporter(t, {
    config: JSON.stringify({
      metrics: {
        logs: {
          files: ["$DIR/app.log"],
          rules: { a_total: "a {x}", took_seconds: "took {value:duration}", g: "g {value}" },
        },
        textfiles: ["$DIR/*.prom"],
      },
    }),
  });
  writeFileSync(path.join(exporter.directory, "app.log"), "a 1\ntook 5ms\ng 7\n");
  writeFileSync(
    path.join(exporter.directory, "x.prom"),
    '# TYPE bare counter\nbare 5\n# TYPE h histogram\nh_bucket{le="+Inf"} 2\nh_sum -3\nh_count 2\nplain{a="b"} 1\n',
  );
  await exporter.until("g", 7);
  const query = await startPrometheus(t, { openmetrics: exporter.url, text: await inTextOnly(t, exporter) });
  const stored = async (job: string) => {
    const result = await query(`{job="${job}",__name__=~"a_total|took_seconds.*|g|bare|h_.*|plain"}`);
    return result
      .map(({ metric: { job: _job, instance: _instance, ...labels }, value }) => {
        // The bound 1 is written 1.0 in OpenMetrics, as its specification demands.
        if (labels.le !== undefined) labels.le = String(Number(labels.le.replace("+Inf", "Infinity")));
        return JSON.stringify([Object.entries(labels).sort(), value[1]]);
      })
      .sort();
  };
  await eventually(async () => {
    const both = [await stored("openmetrics"), await stored("text")];
    assert.ok((both[0]?.length ?? 0) > 20);
    assert.deepEqual(both[0], both[1]);
  }, patience);
});
