/** A log that is there already: CPU of counting all of it. */
import { type BenchCase, type Contest, unlessInstalled } from "../case.ts";
import { cpuOf } from "../measure.ts";
import { access, type Fixture, type Task, template, twenty, writeFixture } from "./fixtures.ts";
import { exporter } from "./programs.ts";

const LINES = 500_000;

const ours = ({ config }: Fixture, log: string) => exporter("--config", config, "--once", log);
const mtail = ({ program }: Fixture, log: string) => [
  "mtail",
  "--one_shot",
  "--port",
  "0",
  "--progs",
  program,
  "--logs",
  log,
];

/** CPU of reading the whole log, less that of the same run on an empty file. */
async function backlog(command: (log: string) => string[], { log, empty }: Fixture): Promise<number> {
  const whole = await cpuOf(command(log));
  const start = await cpuOf(command(empty));
  for (const { code } of [whole, start])
    if (code !== 0) throw new Error(`${command(log).join(" ")} ended with ${code}`);
  return whole.cpuMs - start.cpuMs;
}

function backlogCase(name: string, task: Task, target: number): BenchCase {
  return {
    tool: "metrics-exporter",
    name: `backlog of ${LINES / 1000}k lines, ${name}`,
    unit: "ms CPU",
    peer: "mtail",
    target,
    missing: unlessInstalled("mtail"),
    async prepare(directory): Promise<Contest> {
      const fixture = writeFixture(directory, task, LINES);
      return {
        ours: () => backlog((log) => ours(fixture, log), fixture),
        peer: () => backlog((log) => mtail(fixture, log), fixture),
      };
    },
  };
}

export const cases: BenchCase[] = [
  backlogCase("one template rule", template, 0.2),
  backlogCase("access log, requests and bytes", access, 0.25),
  backlogCase("20 literal rules", twenty, 0.2),
];
