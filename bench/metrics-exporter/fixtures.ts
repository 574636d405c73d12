/** Logs, and the same rules for the exporter and for mtail. */
import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";

/** One task, told to both programs. */
export interface Task {
  /** Our configuration's `rules`. */
  rules: object;
  /** mtail's program. */
  program: string;
  /** The line of the log by its number. */
  line(index: number): string;
}

const stamp = (index: number) => `2026-01-01 12:${two(index / 60)}:${two(index)}.123 +00:00`;
const two = (value: number) => String(Math.floor(value) % 60).padStart(2, "0");

export const template: Task = {
  rules: { timechecks_total: "Environment: {environment}; version: {version}; time check:" },
  program: `counter timechecks by environment, version
/Environment: (?P<environment>[^;]+); version: (?P<version>[^;]+); time check:/ {
  timechecks[$environment][$version]++
}
`,
  line: (index) =>
    `${stamp(index)} [INF] Environment: TEST; version: 1.${index % 3}; time check: 12:${two(index / 60)}.${two(index)}`,
};

const statuses = [200, 200, 200, 304, 404, 500];

export const access: Task = {
  rules: {
    http_requests_total: { preset: "apache", labels: ["method", "status"] },
    http_response_bytes_total: { preset: "apache", value: "bytes" },
  },
  // mtail's own example, with the labels that our rule has.
  program: `counter http_requests by method, status
counter http_response_bytes
/^(?P<hostname>[0-9A-Za-z.:-]+) (?P<ident>[0-9A-Za-z-]+) (?P<user>[0-9A-Za-z-]+) \\[(?P<timestamp>\\d{2}\\/\\w{3}\\/\\d{4}:\\d{2}:\\d{2}:\\d{2} (\\+|-)\\d{4})\\] "(?P<method>[A-Z]+) (?P<uri>\\S+) (?P<protocol>HTTP\\/[0-9.]+)" (?P<status>\\d{3}) ((?P<bytes>\\d+)|-) "(?P<referer>[^"]*)" "(?P<agent>[^"]*)"/ {
  http_requests[$method][$status]++
  http_response_bytes += $bytes
}
`,
  line: (index) =>
    `10.0.${index % 256}.1 - - [01/Jan/2026:12:${two(index / 60)}:${two(index)} +0000] "GET /path/${index % 100}?q=${index} HTTP/1.1" ${statuses[index % 6]} ${index % 5000} "https://example.com/" "Mozilla/5.0 (X11; Linux x86_64)"`,
};

const events = Array.from({ length: 20 }, (_, index) => `event ${String.fromCharCode(97 + index)}${index} finished`);

export const twenty: Task = {
  rules: Object.fromEntries(events.map((text, index) => [`event_${index}_total`, text])),
  program: events.map((text, index) => `counter event_${index}\n/${text}/ {\n  event_${index}++\n}\n`).join(""),
  line: (index) =>
    `${stamp(index)} [INF] worker ${index % 7}: ${events[index % 25] ?? "nothing of interest"} in the usual way`,
};

/** Labels of 10,000 counters. */
export const manySeries: Task = {
  rules: { hits_total: { match: "hit {name};", limit: 20_000 } },
  program: "counter hits by name\n/hit (?P<name>[^;]+);/ {\n  hits[$name]++\n}\n",
  line: (index) => `${stamp(index)} hit name-${index % 10_000};`,
};

export interface Fixture {
  log: string;
  empty: string;
  config: string;
  program: string;
}

/** Writes the log, an empty one, and both configurations. */
export function writeFixture(directory: string, { rules, program, line }: Task, lines: number): Fixture {
  const fixture = {
    log: join(directory, "app.log"),
    empty: join(directory, "empty.log"),
    config: join(directory, "outrigger.yaml"),
    program: join(directory, "program.mtail"),
  };
  const descriptor = openSync(fixture.log, "w");
  for (let start = 0; start < lines; start += 10_000) {
    const count = Math.min(10_000, lines - start);
    writeSync(descriptor, Array.from({ length: count }, (_, index) => `${line(start + index)}\n`).join(""));
  }
  closeSync(descriptor);
  writeFileSync(fixture.empty, "");
  writeFileSync(fixture.config, JSON.stringify({ metrics: { logs: { rules }, limits: { seriesPerMetric: 20_000 } } }));
  writeFileSync(fixture.program, program);
  return fixture;
}
