import assert from "node:assert/strict";
import { rmSync, utimesSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { atEnd } from "../harness/at-end.ts";
import { eventually } from "../harness/eventually.ts";
import { get } from "../harness/http.ts";
import { freePort } from "../harness/ports.ts";
import { openmetrics, sampleValue, startExporter } from "./exporter.ts";
import { answering, open, startTarget } from "./target.ts";

const quiet = (metrics: object) => `${JSON.stringify({ metrics })}\n`;

test("json: numbers, strings, truth, elements, constants and labels; what is no value is counted", async (t) => {
  const document = {
    users: { active: 7, text: "12.5", ok: "True", none: null, word: "x", empty: {} },
    "odd.name": 3,
    queues: [
      { name: "a", depth: 1, state: "UP" },
      { name: "b", depth: 2, state: "DOWN" },
    ],
  };
  const target = await startTarget(t, answering(JSON.stringify(document), "application/json"));
  const exporter = await startExporter(t, {
    config: quiet({
      json: [
        {
          url: `${target.url}/stats`,
          labels: { env: "test" },
          metrics: {
            app_users: "$.users.active",
            app_text: "$.users.text",
            app_ok: "$.users.ok",
            app_odd: "$['odd.name']",
            app_second: "$.queues[1].depth",
            app_none: "$.users.none",
            app_word: "$.users.word",
            app_empty: "$.users.empty",
            app_missing: "$.nope",
            app_all: { path: "$.queues[*].depth", labels: { env: "x" }, default: 0 },
            queue_depth: { each: "$.queues[*]", value: "$.depth", labels: { queue: "{$.name}-q" } },
            queue_up: { each: "$.queues[*]", value: "$.state", map: { UP: 1, DOWN: 0 }, labels: { queue: "$.name" } },
            queue_total: { each: '$.queues[?(@.name=="b")]', value: 1 },
          },
        },
      ],
    }),
  });
  const body = await exporter.scrape();
  const expected: [string, number | undefined][] = [
    ['app_users{env="test"}', 7],
    ['app_text{env="test"}', 12.5],
    ['app_ok{env="test"}', 1],
    ['app_odd{env="test"}', 3],
    ['app_second{env="test"}', 2],
    ['app_none{env="test"}', undefined],
    ['queue_depth{queue="a-q",env="test"}', 1],
    ['queue_up{queue="a",env="test"}', 1],
    ['queue_up{queue="b",env="test"}', 0],
    ['queue_total{env="test"}', 1],
    [`outrigger_metrics_source_up{kind="json",source="${target.url}/stats"}`, 1],
    [`outrigger_metrics_source_errors_total{kind="json",source="${target.url}/stats",reason="no_value"}`, 4],
  ];
  for (const [series, value] of expected) assert.equal(sampleValue(body, series), value, `${series}\n${body}`);
  assert.match(body, /# TYPE queue_total counter/);
});

test("json: a bad status or bad JSON is a source that is down, logged once", async (t) => {
  const target = await startTarget(t, answering("{", "application/json"));
  const exporter = await startExporter(t, {
    config: quiet({ json: [{ name: "stats", url: target.url, metrics: { a: "$.a" } }] }),
  });
  const up = 'outrigger_metrics_source_up{kind="json",source="stats"}';
  await exporter.until(up, 0);
  target.answer = answering('{"a":1}', "application/json", 500);
  assert.equal(await exporter.value(up), 0);
  assert.equal(await exporter.value("a"), undefined);
  target.answer = answering('{"a":1}', "application/json");
  assert.equal(await exporter.value("a"), 1);
  await eventually(() => {
    const records = exporter.process.logs.filter(({ msg }) => msg.startsWith("a source"));
    assert.deepEqual(
      records.map(({ level }) => level),
      ["warn", "info"],
    );
  });
});

test("textfiles: both formats, broken files keep their last good copy, deleted ones vanish", async (t) => {
  const exporter = await startExporter(t, { config: quiet({ textfiles: ["$DIR/*.prom"] }).replaceAll("\\$", "$") });
  const file = (name: string) => path.join(exporter.directory, name);
  const up = (name: string) => `outrigger_metrics_source_up{kind="textfile",source="${file(name)}"}`;
  writeFileSync(file("a.prom"), "# TYPE jobs_total counter\njobs_total 3 1700000000000\n");
  writeFileSync(file("b.prom"), '# TYPE state info\nstate_info{v="1"} 1\n# EOF\n');
  let body = await exporter.until("jobs_total", 3);
  assert.match(body, /^jobs_total 3$/m);
  assert.match(body, /# TYPE state_info gauge\nstate_info\{v="1"\} 1\n/);
  assert.match(await exporter.scrape(openmetrics), /# TYPE state info\nstate_info\{v="1"\} 1\n/);

  writeFileSync(file("a.prom"), "# TYPE jobs_total counter\njobs_total 4");
  body = await exporter.until(up("a.prom"), 0);
  assert.equal(sampleValue(body, "jobs_total"), 3);

  writeFileSync(file("c.prom"), "dup 1\ndup 2\n");
  body = await exporter.until(up("c.prom"), 0);
  assert.equal(sampleValue(body, "dup"), undefined);

  rmSync(file("a.prom"));
  body = await exporter.until("jobs_total", undefined);
  assert.equal(sampleValue(body, up("a.prom")), undefined);
});

test("textfiles: maxAge leaves out old files and flags them", async (t) => {
  const exporter = await startExporter(t, { config: quiet({ textfiles: [{ files: "$DIR/*.prom", maxAge: "1h" }] }) });
  const file = path.join(exporter.directory, "a.prom");
  writeFileSync(file, "a 1\n");
  await exporter.until("a", 1);
  utimesSync(file, new Date(), new Date(Date.now() - 2 * 3_600_000));
  const body = await exporter.until("a", undefined);
  assert.equal(sampleValue(body, `outrigger_metrics_source_up{kind="textfile",source="${file}"}`), 0);
});

test("scrape: both formats, gzip, merged; HTML and broken text are refused as a whole", async (t) => {
  const first = await startTarget(t, (_request, response) => {
    response.writeHead(200, { "content-type": open, "content-encoding": "gzip" });
    response.end(gzipSync('# TYPE req counter\nreq_total{a="1"} 5 # {trace="x"} 1\nreq_created{a="1"} 12\n# EOF\n'));
  });
  const second = await startTarget(
    t,
    answering(
      '# HELP req_total Other.\n# TYPE req_total counter\nreq_total{a="2"} 6\nreq_total{a="1"} 9\nlonely 1\n',
      undefined,
    ),
  );
  const third = await startTarget(t, answering("<html></html>", "text/html"));
  const fourth = await startTarget(t, answering("good 1\nbad one\n"));
  const exporter = await startExporter(t, {
    config: quiet({ scrape: [{ name: "one", url: first.url }, `${second.url}/metrics`, third.url, fourth.url] }),
  });
  const body = await exporter.scrape();
  assert.equal(sampleValue(body, 'req_total{a="1"}'), 5);
  assert.equal(sampleValue(body, 'req_total{a="2"}'), 6);
  assert.equal(sampleValue(body, "lonely"), 1);
  assert.equal(sampleValue(body, "good"), undefined);
  assert.doesNotMatch(body, /req_created|trace/);
  assert.equal(sampleValue(body, 'outrigger_metrics_source_up{kind="scrape",source="one"}'), 1);
  assert.equal(sampleValue(body, `outrigger_metrics_source_up{kind="scrape",source="${third.url}/"}`), 0);
  assert.equal(sampleValue(body, `outrigger_metrics_source_up{kind="scrape",source="${fourth.url}/"}`), 0);
  assert.equal(
    sampleValue(body, `outrigger_metrics_merge_conflicts_total{metric="req_total",source="${second.url}/metrics"}`),
    1,
  );
  const other = await exporter.scrape(openmetrics);
  assert.match(other, /# TYPE req counter\nreq_total\{a="1"\} 5 # \{trace="x"\} 1\nreq_created\{a="1"\} 12\n/);
  assert.match(String(first.requests[0]?.headers.accept), /openmetrics.*text\/plain/);
});

test("scrape: headers hold secrets, URLs show no credentials", async (t) => {
  const target = await startTarget(t, answering("a 1\n"));
  const url = target.url.replace("http://", "http://me:hidden@");
  const exporter = await startExporter(t, {
    config: quiet({ scrape: [{ url, headers: { "X-Key": "env:SCRAPE_KEY" } }] }),
    env: { SCRAPE_KEY: "s3cr3t-value" },
  });
  const body = await exporter.until("a", 1);
  assert.equal(target.requests[0]?.headers["x-key"], "s3cr3t-value");
  assert.match(String(target.requests[0]?.headers.authorization), /^Basic /);
  assert.doesNotMatch(body + exporter.process.stderr, /hidden|s3cr3t/);
});

test("what is late is left out, the rest is served within the scrape's own timeout", async (t) => {
  const slow = await startTarget(t, () => {});
  const fast = await startTarget(t, answering("fast 1\n"));
  const exporter = await startExporter(t, {
    config: quiet({ scrape: [{ name: "slow", url: slow.url, timeout: "1m" }, fast.url] }),
  });
  const began = performance.now();
  const { body } = await exporter.get("/metrics", { "X-Prometheus-Scrape-Timeout-Seconds": "3" });
  assert.ok(performance.now() - began < 20_000);
  assert.equal(sampleValue(body, "fast"), 1);
  assert.equal(sampleValue(body, 'outrigger_metrics_source_up{kind="scrape",source="slow"}'), 0);
});

test("concurrent scrapes share one reading", async (t) => {
  const { promise: goOn, resolve: release } = Promise.withResolvers<void>();
  const target = await startTarget(t, (_request, response) => void goOn.then(() => response.end("a 1\n")));
  const exporter = await startExporter(t, { config: quiet({ scrape: [{ url: target.url, timeout: "20s" }] }) });
  const scrapes = Promise.all([exporter.scrape(), exporter.scrape(), exporter.scrape(openmetrics)]);
  await eventually(() => assert.ok(target.requests.length > 0));
  // Whoever asks later is answered when all three have been heard.
  await exporter.get("/-/livez");
  release();
  for (const body of await scrapes) assert.match(body, /^a 1$/m);
  assert.equal(target.requests.length, 1);
});

test("reading itself, directly or in a ring, ends at once", async (t) => {
  const relay = await startTarget(t, answering(""));
  const exporter = await startExporter(t, { config: quiet({ scrape: [{ name: "ring", url: relay.url }] }) });
  // What another exporter does: it asks on, and passes on through whom it was asked.
  relay.answer = (request, response) => {
    const via = String(request.headers["x-outrigger-scraped-by"]);
    void get(`${exporter.url}/metrics`, { headers: { "x-outrigger-scraped-by": `${via},other` } }).then(({ body }) =>
      response.end(body),
    );
  };
  const began = performance.now();
  const body = await exporter.scrape();
  assert.ok(performance.now() - began < 5000);
  assert.equal(sampleValue(body, 'outrigger_metrics_source_up{kind="scrape",source="ring"}'), 1);
  assert.equal(relay.requests.length, 1);
});

test("probes: HTTP and TCP, up and down", async (t) => {
  const target = await startTarget(t, answering("", "text/plain", 302));
  const listener = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  atEnd(t, () => listener.close());
  const { port } = listener.address() as { port: number };
  const exporter = await startExporter(t, {
    config: quiet({
      probes: {
        web: target.url,
        tcp: `tcp://127.0.0.1:${port}`,
        down: { url: `http://127.0.0.1:${await freePort()}/`, interval: "100ms" },
      },
    }),
  });
  await exporter.until('probe_success{probe="web"}', 1);
  await exporter.until('probe_success{probe="tcp"}', 1);
  const body = await exporter.until('probe_success{probe="down"}', 0);
  assert.equal(sampleValue(body, 'probe_http_status_code{probe="web"}'), 302);
  assert.equal(sampleValue(body, 'probe_http_status_code{probe="tcp"}'), undefined);
  await eventually(async () => assert.ok(Number(await exporter.value('probe_duration_seconds{probe="web"}')) >= 0));
});
