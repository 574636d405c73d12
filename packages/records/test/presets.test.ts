import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compilePattern, isLinear } from "@outrigger/runtime/pattern";
import type { PatternPreset } from "../src/presets/preset.ts";
import { presetFields, presets } from "../src/presets/registry.ts";

const samples: [preset: string, line: string, fields: Record<string, string | undefined>][] = [
  [
    "nginx",
    '10.0.0.1 - - [22/Apr/2024:14:29:49 +0000] "GET /a HTTP/2.0" 200 612 "-" "curl/8"',
    {
      host: "10.0.0.1",
      user: "-",
      method: "GET",
      path: "/a",
      protocol: "HTTP/2.0",
      status: "200",
      bytes: "612",
      referer: "-",
      agent: "curl/8",
    },
  ],
  [
    "nginx",
    '10.0.0.1 - - [22/Apr/2024:14:29:49 +0000] "\\x16\\x03\\x01" 400 157 "-" "-"',
    { method: undefined, path: undefined, status: "400" },
  ],
  ["nginx", '10.0.0.1 - - [22/Apr/2024:14:29:49 +0000] "" 408 0 "-" "-"', { method: undefined, status: "408" }],
  ["nginx", '10.0.0.1 - - [22/Apr/2024:14:29:49 +0000] "-" 400 0', { method: undefined, status: "400", bytes: "0" }],
  [
    "nginx",
    '10.0.0.1 - - [22/Apr/2024:14:29:49 +0000] "GET /a"b HTTP/1.1" 404 5 "-" "x"',
    { method: "GET", path: '/a"b', status: "404" },
  ],
  [
    "apache",
    'example.org:443 10.0.0.1 - bob [22/Apr/2024:14:29:49 +0000] "GET /\\"q HTTP/1.1" 304 -',
    { vhost: "example.org:443", host: "10.0.0.1", user: "bob", path: '/\\"q', status: "304", bytes: "-" },
  ],
  [
    "nginx-ingress",
    '10.0.0.1 - - [22/Apr/2024:14:29:49 +0000] "POST /x HTTP/1.1" 502 150 "-" "curl/8" 320 0.010 [default-web-80] [] 10.1.0.5:8080, 10.1.0.6:8080 0, 150 0.001, 0.009 502, 200 4f6c',
    {
      method: "POST",
      status: "502",
      request_time: "0.010",
      upstream: "default-web-80",
      upstream_status: "502, 200",
      request_id: "4f6c",
    },
  ],
  [
    "haproxy",
    'Feb  6 12:14:14 localhost haproxy[14389]: 10.0.1.2:33317 [06/Feb/2009:12:14:14.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {1wt.eu} {} "GET /index.html HTTP/1.1"',
    {
      frontend: "http-in",
      backend: "static",
      server: "srv1",
      status: "200",
      bytes: "2750",
      duration: "109",
      method: "GET",
      path: "/index.html",
    },
  ],
  [
    "haproxy",
    "haproxy[1]: 10.0.1.2:33313 [06/Feb/2009:12:12:51.443] fnt bck/srv1 0/0/5007 212 -- 0/0/0/0/3 0/0",
    { frontend: "fnt", backend: "bck", server: "srv1", status: undefined, bytes: "212" },
  ],
  [
    "haproxy",
    '10.0.1.2:33317 [06/Feb/2009:12:14:14.655] http-in http-in/<NOSRV> -1/-1/-1/-1/0 400 187 - - PR-- 1/1/0/0/0 0/0 "<BADREQ>"',
    { server: "<NOSRV>", status: "400", method: undefined },
  ],
  [
    "envoy",
    '[2016-04-15T20:17:00.310Z] "POST /api/v1/locations HTTP/2" 204 - 154 0 226 100 "10.0.35.28" "nsq2http" "cc21d9b0-cf5c" "locations" "tcp://10.0.2.1:80"',
    {
      method: "POST",
      status: "204",
      flags: "-",
      received: "154",
      bytes: "0",
      duration: "226",
      authority: "locations",
      upstream: "tcp://10.0.2.1:80",
    },
  ],
  [
    "envoy",
    '[2024-04-22T14:29:49.718Z] "GET /a HTTP/1.1" 503 UF upstream_reset_before_response_started{x} - "-" 0 91 12 - "-" "curl/8" "id" "svc" "10.1.1.1:80" outbound|80||svc - 10.0.0.1:80 10.0.0.2:5 - default',
    { status: "503", flags: "UF", bytes: "91", upstream_time: "-" },
  ],
  [
    "traefik",
    '192.168.1.1 - - [22/Apr/2024:14:29:49 +0000] "GET / HTTP/1.1" 200 5 "-" "-" 1 "router@docker" "http://10.0.0.1:80" 3ms',
    { router: "router@docker", server: "http://10.0.0.1:80", duration: "3ms" },
  ],
  [
    "iis",
    "2024-04-22 14:29:49 10.0.0.1 GET /path q=1 80 - 192.168.1.1 Mozilla/5.0+(X) - 200 0 0 15",
    { method: "GET", path: "/path", host: "192.168.1.1", status: "200", duration: "15", referer: "-" },
  ],
  [
    "serilog",
    "2024-04-22 14:29:49.718 +00:00 [INF] hello [x]",
    { time: "2024-04-22 14:29:49.718 +00:00", level: "INF", message: "hello [x]" },
  ],
  ["serilog", "[14:29:49 ERR] hello", { time: "14:29:49", level: "ERR", message: "hello" }],
  [
    "dotnet",
    "info: Microsoft.Hosting.Lifetime[14]",
    { level: "info", category: "Microsoft.Hosting.Lifetime", event: "14" },
  ],
  [
    "spring",
    "2024-04-22T14:29:49.718Z  INFO 1 --- [shop] [nio-8080-exec-1] c.e.App                  : Started",
    { level: "INFO", pid: "1", application: "shop", thread: "nio-8080-exec-1", logger: "c.e.App", message: "Started" },
  ],
  [
    "spring",
    "2024-04-22 14:29:49.718  WARN 4711 --- [           main] c.e.App : careful",
    { level: "WARN", thread: "main", application: undefined },
  ],
  [
    "log4j",
    "14:29:49.718 [main] INFO  com.example.App - started",
    { level: "INFO", thread: "main", logger: "com.example.App", message: "started" },
  ],
  [
    "log4j",
    "2024-04-22 14:29:49,718 ERROR [t-1] c.e.App - failed",
    { level: "ERROR", thread: "t-1", logger: "c.e.App", message: "failed" },
  ],
  [
    "java-gc",
    "[0.015s][info][gc] GC(0) Pause Young (Normal) (G1 Evacuation Pause) 24M->4M(256M) 3.456ms",
    {
      kind: "Pause Young",
      mode: "Normal",
      cause: "G1 Evacuation Pause",
      before: "24M",
      after: "4M",
      duration: "3.456ms",
    },
  ],
  [
    "java-gc",
    "[2024-04-22T14:29:49.718+0000][info ][gc,phases] GC(7) Pause Full (System.gc()) 4M->3M(8M) 10.1ms",
    { kind: "Pause Full", duration: "10.1ms" },
  ],
  ["python", "WARNING:root:careful", { level: "WARNING", logger: "root", message: "careful" }],
  [
    "python",
    "2024-04-22 14:29:49,718 - app.db - ERROR - failed",
    { level: "ERROR", logger: "app.db", message: "failed" },
  ],
  ["python", "[2024-04-22 14:29:49,718] INFO in app: up", { level: "INFO", logger: "app", message: "up" }],
  [
    "gunicorn",
    "[2024-04-22 14:29:49 +0000] [1] [INFO] Booting worker",
    { pid: "1", level: "INFO", message: "Booting worker" },
  ],
  [
    "gunicorn",
    '10.0.0.1 - - [22/Apr/2024:14:29:49 +0000] "GET / HTTP/1.1" 200 5 "-" "curl"',
    { status: "200", method: "GET", level: undefined },
  ],
  [
    "rails",
    "I, [2024-04-22T14:29:49.718123 #12]  INFO -- : [abc] Completed 200 OK in 12ms (Views: 5.0ms)",
    { level: "INFO", request_id: "abc", status: "200", duration: "12ms" },
  ],
  ["rails", 'Started GET "/a" for 10.0.0.1 at 2024-04-22', { method: "GET", path: "/a", host: "10.0.0.1" }],
  [
    "klog",
    "E0422 14:29:49.718000       1 controller.go:12] failed",
    { level: "E", pid: "1", file: "controller.go", line: "12", message: "failed" },
  ],
  [
    "postgres",
    "2024-04-22 14:29:49.718 UTC [77] bob@shop LOG:  duration: 1.234 ms  statement: SELECT 1",
    { level: "LOG", pid: "77", user: "bob", database: "shop", duration: "1.234 ms", message: "statement: SELECT 1" },
  ],
  [
    "postgres",
    "2024-04-22 14:29:49.718 UTC [77] FATAL:  no room",
    { level: "FATAL", message: "no room", duration: undefined },
  ],
  [
    "mysql-slow",
    "# Query_time: 1.230000  Lock_time: 0.000100 Rows_sent: 1  Rows_examined: 100",
    { duration: "1.230000", lock: "0.000100", rows_sent: "1", rows_examined: "100" },
  ],
  [
    "redis",
    "1:M 22 Apr 2024 14:29:49.718 * Ready to accept connections",
    { role: "M", level: "*", message: "Ready to accept connections" },
  ],
  [
    "postfix",
    "Apr 22 14:29:49 mail postfix/smtp[123]: 4F6C: to=<a@b.org>, orig_to=<x>, relay=mx.b.org[1.2.3.4]:25, delay=1.2, delays=0/0/1/0.2, dsn=2.0.0, status=sent (250 ok)",
    {
      program: "postfix/smtp",
      queue: "4F6C",
      to: "a@b.org",
      relay: "mx.b.org[1.2.3.4]:25",
      delay: "1.2",
      dsn: "2.0.0",
      status: "sent",
    },
  ],
  [
    "syslog",
    '<34>1 2024-04-22T14:29:49Z host app 7 ID [a b="]"] text',
    { priority: "34", host: "host", app: "app", message: "text" },
  ],
  [
    "syslog",
    "<34>1 2024-04-22T14:29:49Z host app 7 ID - text",
    { priority: "34", host: "host", app: "app", message: "text" },
  ],
  ["syslog", "Apr  2 14:29:49 host app[7]: text", { host: "host", app: "app", pid: "7", message: "text" }],
];

describe("presets", () => {
  for (const [name, line, expected] of samples) {
    it(`${name} reads ${line}`, () => {
      const preset = presets.get(name) as PatternPreset;
      const groups = compilePattern(preset.source).exec(line)?.groups;
      assert.ok(groups);
      for (const [field, value] of Object.entries(expected)) assert.equal(groups[field], value, field);
    });
  }

  it("are all run in linear time, and have fields", () => {
    for (const [name, preset] of presets) {
      if (preset.kind === "pattern") assert.ok(isLinear(preset.source), name);
      if (name !== "json" && name !== "logfmt") assert.ok((presetFields(preset) ?? []).length > 2, name);
    }
    assert.ok(presetFields(presets.get("nginx")!)?.includes("remote"));
    assert.ok(presetFields(presets.get("syslog")!)?.includes("program"));
  });
});
