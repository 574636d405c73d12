import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { get, request } from "../../test/harness/http.ts";
import type { ToolProcess } from "../../test/harness/tool.ts";
import type { Cast } from "./cast.ts";
import type { Screen } from "./screen.ts";

const series = 'timechecks_total{environment="TEST",version="1.1"}';

/** Shows the whole idea once. Rejects with what was not as it should be. */
export async function tour(cast: Cast, screen: Screen): Promise<void> {
  await showConfiguration(cast, screen);
  const application = await showLogs(cast, screen);
  await showHealth(cast, screen);
  await showMetrics(cast, screen);
  await showEgress(cast, screen);
  await showFailure(cast, screen, application);
}

async function showConfiguration({ stage, mergeConfiguration }: Cast, screen: Screen): Promise<void> {
  screen.title("1. config-merge writes the file that the application reads, then ends");
  screen.line("demo", `the configuration of all sidecars: ${stage.configuration}`);
  const { code } = await mergeConfiguration();
  expect(code === 0, `config-merge ended with exit status ${code}`);
  const merged = readFileSync(stage.path("/config-out/appsettings.json"), "utf8").replace(/^\uFEFF/, "");
  screen.line("config-merge", merged);
  const { Application: section } = JSON.parse(merged) as { Application: Record<string, string> };
  expect(section.Version === "1.1" && section.Environment === "TEST", "the merged file is not 1.1 and TEST");
}

async function showLogs(cast: Cast, screen: Screen): Promise<ToolProcess> {
  screen.title("2. The application writes to a file and nowhere else; its lines arrive on the log-tailer's stdout");
  await cast.startTools();
  const application = cast.startApplication();
  await cast.wait(() => expect(cast.logLines.length >= 3, "three lines did not arrive in time"));
  const file = readFileSync(cast.stage.path("/logs/timecheck.log"), "utf8");
  expect(file.startsWith(`${cast.logLines.slice(0, 3).join("\n")}\n`), "the lines are not those of the file");
  expect(application.stdout === "", "the application wrote to its own stdout");
  return application;
}

async function showHealth({ stage, wait }: Cast, screen: Screen): Promise<void> {
  screen.title("3. healthz answers for an application that has no endpoint");
  const url = `http://127.0.0.1:${stage.port("health.port")}/`;
  const { body } = await wait(() => expectAnswer(url, 200));
  screen.line("healthz", `GET ${url} -> 200 ${body}`);
  expect(body.trim() === '{"status": "OK"}', 'the healthy answer is not {"status": "OK"}');
}

async function showMetrics({ stage, wait }: Cast, screen: Screen): Promise<void> {
  screen.title("4. metrics-exporter counts what the log says");
  const url = `http://127.0.0.1:${stage.port("metrics.port")}/metrics`;
  const first = await wait(() => counter(url));
  screen.line("metrics-exporter", `${series} ${first}`);
  const second = await wait(async () => {
    const value = await counter(url);
    expect(value > first, `${series} does not grow`);
    return value;
  });
  screen.line("metrics-exporter", `${series} ${second}`);
}

async function showEgress({ stage, wait, records }: Cast, screen: Screen): Promise<void> {
  screen.title("5. egress-proxy lets through what is allowed, and says why it refuses the rest");
  const through = (path: string) =>
    request(`http://127.0.0.1:${stage.port("egress.listen")}`, { path, headers: { host: new URL(path).host } });
  const allowed = await wait(() => through("http://localhost/api"));
  screen.line("egress-proxy", `GET http://localhost/api -> ${allowed.status} ${allowed.body}`);
  expect(allowed.status === 200 && /^\d+$/.test(allowed.body), "the allowed request did not bring a number");
  const refused = await through("http://timecheck:8080/");
  screen.line("egress-proxy", `GET http://timecheck:8080/ -> ${refused.status} ${refused.phrase}`);
  const { reason, hint } = JSON.parse(refused.body) as { reason: string; hint: string };
  screen.line("egress-proxy", `reason: ${reason}; ${hint}`);
  const audited = () => records.some(({ msg, host }) => msg === "egress" && host === "timecheck");
  await wait(() => expect(audited(), "the refusal is not in the audit log"));
  expect(refused.status === 403 && reason === "host_not_allowed", "the other request was not refused as it should be");
}

async function showFailure({ stage, wait }: Cast, screen: Screen, application: ToolProcess): Promise<void> {
  screen.title("6. The application stops working; healthz says so, and when it is back");
  const url = `http://127.0.0.1:${stage.port("health.port")}/`;
  screen.line("demo", "kill -STOP: the process is there but writes no more");
  application.signal("SIGSTOP");
  const failing = await wait(() => expectAnswer(url, 503));
  screen.line("healthz", `GET ${url} -> 503 ${failing.body}`);
  expect(failing.body.includes('"FAIL"'), "the failing answer does not say FAIL");
  screen.line("demo", "kill -CONT: it goes on");
  application.signal("SIGCONT");
  const { body } = await wait(() => expectAnswer(url, 200));
  screen.line("healthz", `GET ${url} -> 200 ${body}`);
}

/** After the tour: everything goes on until Ctrl-C, with a look at health and metrics now and then. */
export async function carryOn({ stage }: Cast, screen: Screen, interrupted: AbortSignal): Promise<void> {
  const health = `http://127.0.0.1:${stage.port("health.port")}/`;
  const metrics = `http://127.0.0.1:${stage.port("metrics.port")}/metrics`;
  screen.title("Everything goes on until Ctrl-C. From another terminal:");
  screen.line("demo", `curl ${health}?verbose`);
  screen.line("demo", `curl ${metrics}`);
  screen.line("demo", `curl -x http://127.0.0.1:${stage.port("egress.listen")} http://localhost/api`);
  screen.line("demo", `echo 'somebody wrote this' >> ${stage.path("/logs/timecheck.log")}`);
  while (!interrupted.aborted) {
    await delay(10_000, undefined, { signal: interrupted });
    const { status, body } = await get(health);
    screen.line("healthz", `${status} ${body}`);
    screen.line("metrics-exporter", `${series} ${await counter(metrics)}`);
  }
}

async function expectAnswer(url: string, status: number): Promise<{ body: string }> {
  const answer = await get(url);
  expect(answer.status === status, `GET ${url} answers ${answer.status} ${answer.body}, not ${status}`);
  return answer;
}

async function counter(url: string): Promise<number> {
  const { body } = await get(url);
  const line = body.split("\n").find((candidate) => candidate.startsWith(series));
  expect(line !== undefined && Number(line.slice(series.length)) > 0, `${url} has no ${series} yet`);
  return Number(line?.slice(series.length));
}

function expect(condition: boolean, problem: string): void {
  if (!condition) throw new Error(problem);
}
